"""What loyalty imports late: each kind of item is known before one can be read, and nobody waits for others' routes."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from infra.apps import ROOT
from shared.contract import capabilities

_PROGRAM = """
import importlib, json, pkgutil, sys
sys.path[:0] = [{root!r}, {service!r}]
import loyalty
every = [module.name for module in pkgutil.walk_packages(loyalty.__path__, "loyalty.")]
for module in {modules!r} or every:
    importlib.import_module(module)
from loyalty.table import LoyaltyItem
kinds = LoyaltyItem.kind._discriminator_map
print(json.dumps([sorted(kinds), sorted(name for name in sys.modules if name.startswith("loyalty"))]))
"""
_ACCOUNTS = {"account", "credit"}
_OF_AN_ORDER = {"entry", "spent", "undone"}
# All that the relay imports.
_BUILDERS = tuple(each.module("events") for each in capabilities("loyalty") if each.contract.tells)
_TELLING = _ACCOUNTS | {"card", "claim", "entry"}


def _imported_by(*modules: str) -> tuple[set[str], set[str]]:
    """The kinds of items that are known, and the modules that are there, in a process that imports these, or all."""
    program = _PROGRAM.format(root=str(ROOT), service=str(ROOT / "services" / "loyalty"), modules=modules)
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603
    kinds, modules = json.loads(done.stdout)
    return set(kinds), set(modules)


@pytest.mark.parametrize(
    ("modules", "read"),
    [
        (_BUILDERS, _TELLING),
        (("loyalty.orders.handlers",), _ACCOUNTS | _OF_AN_ORDER),
        (("loyalty.jobs.handlers",), _ACCOUNTS),
    ],
)
def test_each_kind_that_a_function_may_meet_is_known_before_it_reads(modules: tuple[str, ...], read: set[str]) -> None:
    kinds, _ = _imported_by(*modules)
    assert read <= kinds


@pytest.mark.parametrize("module", ["loyalty.identity.erasure", "loyalty.jobs.audit"])
def test_who_reads_items_of_every_kind_knows_every_kind(module: str) -> None:
    everything, _ = _imported_by()
    kinds, _ = _imported_by(module)
    assert kinds == everything


@pytest.mark.parametrize("module", ["loyalty.orders.handlers", "loyalty.jobs.handlers", *_BUILDERS])
def test_what_is_no_request_waits_for_no_requests_handlers(module: str) -> None:
    _, modules = _imported_by(module)
    assert {name for name in modules if name.endswith(".handlers")} <= {module}


def test_a_base_is_read_where_its_kinds_are_known_and_nowhere_else() -> None:
    """A query of a base leaves out, without a word, the kinds that nobody has imported; of all kinds, ask `AnyItem`."""
    package = ROOT / "services" / "loyalty" / "loyalty"
    base = r"(LoyaltyItem|Account)\."
    reads = re.compile(rf"\b{base}(\w+\.)?(query|scan|batch_get)\(|\brows_due\({base}")
    found = {str(file.relative_to(package)) for file in package.rglob("*.py") if reads.search(file.read_text())}
    callers = "accounts_due and order_records; the tests above ask those who call them"
    assert found == {"ledger/store.py", "orders/store.py"}, callers
