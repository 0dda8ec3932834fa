"""The modules that are mutated: those that the import linter keeps pure, others that decide, the spine of `shared`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

_SPINE: Final = (
    "auth",
    "http/cursors",
    "http/receipts",
    "ids",
    "items/table",
    "messages/inbox",
    "messages/outbox",
    "money",
)
# They decide, and read what they decide on.
_DECIDING: Final = ("customers.orders.buyers",)


def targets(only: str = "") -> dict[str, Path]:
    """Each module's name and file; with `only`, this module or the modules of this package."""
    paths = [ROOT / "shared" / f"{name}.py" for name in _SPINE]
    for pattern in (*_pure(), *_DECIDING):
        paths += (ROOT / "services" / pattern.partition(".")[0]).glob(pattern.replace(".", "/") + ".py")
    named = {_module_of(path): path for path in sorted(paths)}
    return {name: path for name, path in named.items() if not only or f"{name}.".startswith(f"{only}.")}


def _pure() -> Iterator[str]:
    """The modules of the import linter's contract for rules."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in read["tool"]["importlinter"]["contracts"]:
        if contract["name"].startswith("Rules are pure"):
            yield from contract["source_modules"]


def _module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts if parts[0] == "shared" else parts[2:])
