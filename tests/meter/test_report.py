"""The page and the JSON add up."""

from __future__ import annotations

from collections import Counter

from tests.meter import report
from tests.meter.bill import Bill, Prices
from tests.meter.budgets import Budget, Budgets
from tests.meter.measured import Measured

USED = Bill(calls=3, read_units=2, events=1, queue_requests=1.2, invocations=0.2, items=1, writes=Counter(order=2))
MEASURED = Measured(
    {"customers hears OrderPaid": USED},
    {name: {"customers": USED, "loyalty": USED} for name in ("events", "HTTP", "one event", "one call")},
)


def test_what_an_order_costs_is_the_same_by_service_and_by_purpose() -> None:
    found = report.findings(MEASURED, Prices.read())["dollars_a_million_orders"]["events"]
    assert abs(sum(found["by"].values()) - found["total"]) < 0.02
    assert abs(sum(found["for"].values()) - found["total"]) < 0.05  # each of them is rounded


def test_the_page_has_a_row_for_each_operation_with_its_budget() -> None:
    budgets = Budgets({}, {"customers hears OrderPaid": Budget(3, 6, 2)}, frozenset({"customers hears OrderPaid"}))
    page = report.as_page(MEASURED, Prices.read(), budgets)
    assert "| hears OrderPaid | 3 | 2 | order 2 | 2 | 3 / 6 / 2* |" in page
