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

# Each set of modules is imported in a fork, which has imported third-party libraries and nothing of ours.
_PROGRAM: Final = """
import importlib, json, os, sys
import boto3, chalice, pydantic, pynamodb.models
root, *sets = json.loads(sys.argv[1])
for service, modules in sets:
    if os.fork() == 0:
        sys.path[:0] = [root, f"{root}/services/{service}"]
        for module in modules:
            importlib.import_module(module)
        os.write(1, (json.dumps(sorted(sys.modules)) + "\\n").encode())
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"{modules} cannot be imported")
"""
_READS: Final = re.compile(r"\b([A-Z]\w+)\.(?:\w+\.)?(?:query|scan|batch_get)\(|\b(?:find|rows_due)\(\s*([A-Z]\w+)")
# Reads for which the caller knows the kinds; tests/unit/loyalty/test_kinds.py asks each caller.
_ASKED_ELSEWHERE: Final = {"loyalty.ledger.store", "loyalty.orders.store"}
CAPABILITIES: Final = [each for service in SERVICES for each in capabilities(service)]


def entries_of(capability: Capability) -> list[str]:
    """The modules by which functions enter a capability."""
    home = ROOT / "services" / capability.service / capability.service / capability.name
    return [capability.module(name) for name in ("handlers", "events") if (home / f"{name}.py").exists()]


@cache
def imports() -> dict[tuple[str, str], frozenset[str]]:
    """The modules that each capability imports, by service and name; and a service's table, as `table`."""
    wanted = {(each.service, each.name): entries_of(each) for each in CAPABILITIES}
    wanted |= {(service, "table"): [f"{service}.table"] for service in SERVICES}
    sets = [(service, modules) for (service, _), modules in wanted.items()]
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", _PROGRAM, json.dumps([str(ROOT), *sets])], capture_output=True, text=True, check=True
    )
    lines = done.stdout.splitlines()
    return {key: frozenset(json.loads(line)) for key, line in zip(wanted, lines, strict=True)}


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
    modules = imports()[service, capability.name]
    unknown: list[Any] = [
        (module, name, kind.__module__)
        for module, name in reads_in(service, modules)
        for kind in below(service, name)
        if kind.__module__ not in modules
    ]
    assert unknown == []


def test_reads_are_found_at_all() -> None:
    found = {name for service in SERVICES for _, name in reads_in(service, imports()[service, "table"])}
    assert found == set()
    handlers = frozenset(module for each in CAPABILITIES for module in imports()[each.service, each.name])
    assert len({read for service in SERVICES for read in reads_in(service, handlers)}) > 30
