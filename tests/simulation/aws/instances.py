"""The services' functions as Lambda would run them: several instances of each, of two deployments."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from tests.harness.aws.context import LambdaContext
from tests.harness.aws.gateway import Gateway
from tests.harness.aws.ground import ROOT

# Two deployments side by side, and one more for what runs inside another's pauses.
INSTANCES: Final = 3


@dataclass(frozen=True)
class Instance:
    """One loaded app.py and its door."""

    module: Any
    gateway: Gateway


@cache
def instance(service: str, number: int) -> Instance:
    """An app.py under a name of its own; loaded once a process."""
    name = f"{service}_app_{number}"
    spec = importlib.util.spec_from_file_location(name, ROOT / "services" / service / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return Instance(module, Gateway(module.app))


@dataclass
class ShortContext(LambdaContext):
    """A Lambda context whose time is up after so many looks at it; None for never."""

    looks: int | None = None
    _looked: int = field(default=0, init=False)

    def get_remaining_time_in_millis(self) -> int:
        self._looked += 1
        return 30_000 if self.looks is None or self._looked <= self.looks else 5_000
