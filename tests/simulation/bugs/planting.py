"""Bugs that the simulator must find: each changes one decision of the production code, and is switched on alone.

They are the mistakes that such systems make; what stands beside the changed decision is the services' own code.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final
from unittest.mock import patch

from shared.services import SERVICES

# Whose what is replaced by what, as `patch.object` takes them.
Replaced = Sequence[tuple[Any, str, Any]]


@dataclass(frozen=True)
class Bug:
    """One planted bug. `says` is what a reviewer would have written."""

    name: str
    says: str
    replaced: Callable[[], Replaced]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Have it in the code meanwhile."""
        _import_all()
        patches = [patch.object(owner, name, value) for owner, name, value in self.replaced()]
        for each in patches:
            each.start()
        try:
            yield
        finally:
            for each in reversed(patches):
                each.stop()


@cache
def _import_all() -> None:
    """Import every module of the services: one that is imported first while a bug is planted would keep it for good."""
    for service in SERVICES:
        for module in pkgutil.walk_packages(import_module(service).__path__, f"{service}."):
            import_module(module.name)


BUGS: Final[dict[str, Bug]] = {}


def bug(says: str) -> Callable[[Callable[[], Replaced]], None]:
    """Keep a bug under its function's name; the function gives what is to be replaced."""

    def keep(replaced: Callable[[], Replaced]) -> None:
        name = replaced.__name__.replace("_", "-")
        BUGS[name] = Bug(name, says, replaced)

    return keep
