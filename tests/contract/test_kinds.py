"""A capability that is imported alone knows every kind of item that it reads.

PynamoDB reads a base class for the kinds that it knows, and leaves the others out without a word. Capabilities are
imported when they are first used, so each has to import the kinds that it may meet.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import pytest

from infra.apps import ROOT
from infra.generate.tables import kinds
from shared.contract import Capability, capabilities
from shared.items.table import Item
from shared.services import SERVICES

_PROGRAM: Final = """
import importlib, json, sys
sys.path[:0] = sys.argv[2:]
for module in json.loads(sys.argv[1]):
    importlib.import_module(module)
print(json.dumps(sorted(sys.modules)))
"""
_READS: Final = re.compile(r"\b([A-Z]\w+)\.(?:\w+\.)?(?:query|scan|batch_get)\(|\b(?:find|rows_due)\(\s*([A-Z]\w+)")
# Reads for which the caller knows the kinds; tests/unit/loyalty/test_kinds.py asks each caller.
_ASKED_ELSEWHERE: Final = {"loyalty.ledger.store", "loyalty.orders.store"}
CAPABILITIES: Final = [each for service in SERVICES for each in capabilities(service)]


@cache
def imported_by(service: str, *modules: str) -> frozenset[str]:
    """The modules of a fresh process that imports these."""
    arguments = [json.dumps(modules), str(ROOT), str(ROOT / "services" / service)]
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", _PROGRAM, *arguments], capture_output=True, text=True, check=True
    )
    return frozenset(json.loads(done.stdout))


def entries_of(capability: Capability) -> list[str]:
    """The modules by which functions enter a capability."""
    home = ROOT / "services" / capability.service / capability.service / capability.name
    return [capability.module(name) for name in ("handlers", "events") if (home / f"{name}.py").exists()]


def reads_in(service: str, modules: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Each read of a class in the service's modules: the module, and the name of the class."""
    for module in sorted(name for name in modules if name.startswith(f"{service}.")):
        file = ROOT / "services" / service / f"{module.replace('.', '/')}.py"
        if file.exists() and module not in _ASKED_ELSEWHERE:
            yield from ((module, found[1] or found[2]) for found in _READS.finditer(file.read_text()))


def below(service: str, name: str) -> list[type[Item]]:
    """Every kind of item that a read of the class may find."""
    return [kind for kind in kinds(service) if any(base.__name__ == name for base in kind.__mro__)]


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda each: f"{each.service}.{each.name}")
def test_it_knows_the_kinds_that_it_reads(capability: Capability) -> None:
    service = capability.service
    modules = imported_by(service, *entries_of(capability))
    unknown: list[Any] = [
        (module, name, kind.__module__)
        for module, name in reads_in(service, modules)
        for kind in below(service, name)
        if kind.__module__ not in modules
    ]
    assert unknown == []


def test_reads_are_found_at_all() -> None:
    found = {name for service in SERVICES for _, name in reads_in(service, imported_by(service, f"{service}.table"))}
    assert found == set()
    handlers = frozenset(module for each in CAPABILITIES for module in imported_by(each.service, *entries_of(each)))
    assert len({read for service in SERVICES for read in reads_in(service, handlers)}) > 30
