"""No operation costs more than its budget, every one has a budget, and what is published is what is counted."""

from __future__ import annotations

import json

import pytest

from tests.meter import report
from tests.meter.bill import Prices
from tests.meter.budgets import Budgets
from tests.meter.measured import Measured, declared_operations
from tests.meter.scenario.measure import measure

STALE = "costs have changed: run `make meter`, and commit docs/proof/costs.*"


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure()


def test_every_operation_keeps_to_its_budget_and_none_is_without(measured: Measured) -> None:
    assert list(Budgets.read().breaches(measured, set(declared_operations()), Prices.read())) == []


def test_the_published_costs_are_those_counted_now(measured: Measured) -> None:
    counted = report.findings(measured, Prices.read())
    published = json.loads(report.JSON_FILE.read_text(encoding="utf-8"))
    differing = [
        name
        for name in counted["operations"].keys() | published["operations"].keys()
        if counted["operations"].get(name) != published["operations"].get(name)
    ]
    assert sorted(differing) == [], STALE
    assert published == counted, STALE


def test_the_page_says_what_the_json_says(measured: Measured) -> None:
    assert report.PAGE.read_text(encoding="utf-8") == report.as_page(measured, Prices.read(), Budgets.read()), STALE
