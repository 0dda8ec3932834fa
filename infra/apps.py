"""The services' app.py files, loaded by path: five modules of one file name cannot be imported by it."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import ModuleType

ROOT: Final = Path(__file__).resolve().parent.parent
SERVICES: Final = ("customers", "loyalty", "segments", "notifications", "privacy")


def has_app(service: str) -> bool:
    """Whether the service has an app.py."""
    return _path(service).exists()


@cache
def load_app(service: str) -> ModuleType:
    """The service's app.py as the module `<service>_app`; loaded once a process. Raises ImportError without one."""
    name = f"{service}_app"
    spec = importlib.util.spec_from_file_location(name, _path(service))
    if spec is None or spec.loader is None or not has_app(service):
        raise ImportError(f"{service} has no app.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _path(service: str) -> Path:
    return ROOT / "services" / service / "app.py"
