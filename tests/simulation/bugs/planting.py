"""Bugs that the simulator must find: each changes one decision of the production code, and is switched on alone.

They are the mistakes that such systems make; what stands beside the changed decision is the services' own code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

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
        patches = [patch.object(owner, name, value) for owner, name, value in self.replaced()]
        for each in patches:
            each.start()
        try:
            yield
        finally:
            for each in reversed(patches):
                each.stop()


BUGS: Final[dict[str, Bug]] = {}


def bug(says: str) -> Callable[[Callable[[], Replaced]], None]:
    """Keep a bug under its function's name; the function gives what is to be replaced."""

    def keep(replaced: Callable[[], Replaced]) -> None:
        name = replaced.__name__.replace("_", "-")
        BUGS[name] = Bug(name, says, replaced)

    return keep
