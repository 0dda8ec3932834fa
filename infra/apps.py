"""Loads the services' app.py files by path, because five files have the same name."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import ModuleType

ROOT: Final = Path(__file__).resolve().parent.parent


@cache
def load_app(service: str) -> ModuleType:
    """The service's app.py as the module `<service>_app`, loaded once in each process."""
    name = f"{service}_app"
    spec = importlib.util.spec_from_file_location(name, _path(service))
    assert spec is not None  # noqa: S101  # a path always has one
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _path(service: str) -> Path:
    return ROOT / "services" / service / "app.py"
