"""Dollars of a bill, worked by hand from a price table of round numbers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.meter.bill import Bill, Prices, chunks
from tests.meter.budgets import Budget, Budgets, accept
from tests.meter.measured import Measured

NAMES = ("writes", "reads", "events", "queues", "requests", "invocations", "mails")
TIME = {
    "memory_mb": 512,
    "mb_a_core": 2048,
    "wait_ms_a_call": 5,
    "cpu_ms_a_call": 1,
    "cpu_ms_an_invocation": 2,
    "cpu_ms_an_item": 3,
    "log_bytes_an_invocation": 600,
    "log_bytes_of_metrics": 400,
}
PRICES = Prices("today", "here", {**dict.fromkeys(NAMES, 1.0), "compute": 0.5, "logs": 2.0}, {}, TIME)


def test_a_payload_is_billed_by_64_kb() -> None:
    assert [chunks(size) for size in (0, 65_536, 65_537)] == [1, 1, 2]


def test_a_million_operations_cost_what_one_uses_times_the_price_of_a_million() -> None:
    dollars = PRICES.a_million(Bill(read_units=2, events=3, writes=Counter(order=4, history=1)))
    assert (dollars["writes"], dollars["reads"], dollars["events"]) == (5, 2, 3)


def test_billed_time_is_cpu_stretched_by_the_share_of_a_core_and_the_waiting() -> None:
    # CPU 2 + 10 x 3 + 20 x 1 = 52 ms on a quarter of a core are 208; waiting 20 x 5 = 100: 308 ms of half a GB.
    bill = Bill(invocations=1, items=10, calls=20)
    assert PRICES.gigabyte_seconds(bill) == pytest.approx(0.154)
    assert PRICES.a_million(bill)["compute"] == pytest.approx(0.154 * 1_000_000 * 0.5)


def test_what_runs_in_no_function_takes_no_lambda_time() -> None:
    assert PRICES.gigabyte_seconds(Bill(events=1)) == 0


def test_an_api_call_logs_no_line_of_metrics() -> None:
    assert PRICES.log_bytes(Bill(invocations=1, http_requests=1)) == 600
    assert PRICES.log_bytes(Bill(invocations=1)) == 1000


def test_bills_add_scale_and_subtract() -> None:
    bill = Bill(calls=2, writes=Counter(a=1))
    bill.add(Bill(calls=1, writes=Counter(a=1, b=2)))
    assert bill.scaled(0.5) == Bill(calls=1.5, writes=Counter(a=1, b=1))
    assert bill.less(Bill(calls=1, writes=Counter(a=2))) == Bill(calls=2, writes=Counter(b=2))


def test_a_budget_says_what_is_over() -> None:
    bill = Bill(calls=3, read_units=1, writes=Counter(a=7))
    assert list(Budget(2, 6, 1).breaches(bill)) == ["3 calls, allowed 2", "7 writes, allowed 6"]


def test_what_nobody_measures_or_has_no_budget_is_a_breach() -> None:
    budgets = Budgets({}, {"s hears Old": Budget(0, 0, 0)}, frozenset())
    breaches = budgets.breaches(Measured({"s hears New": Bill()}), {"s hears Unheard"}, PRICES)
    assert [breach.partition(" (")[0] for breach in breaches] == [
        "s hears Unheard: nobody measures it",
        "s hears New: it has no budget",
        "s hears Old: it has a budget, and nobody measures it",
    ]


def test_orders_that_cost_too_much_are_a_breach() -> None:
    budgets = Budgets({"events": 4.0}, {}, frozenset())
    measured = Measured(orders={"events": {"customers": Bill(events=3), "loyalty": Bill(events=2)}})
    assert list(budgets.breaches(measured, set(), PRICES)) == ["orders by events: $5.00 a million, allowed $4.00"]


def test_accepting_leaves_the_design_s_budgets_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "budgets.toml"
    path.write_text('[orders]\nevents = 1\n[design]\n"a x" = [1, 1, 1]\n[today]\n"a old" = [9, 9, 9]\n')
    accept(Measured({"a x": Bill(calls=5), "a y": Bill(calls=2, read_units=0.5), "b z": Bill()}), path)
    assert Budgets.read(path).operations == {"a x": Budget(1, 1, 1), "a y": Budget(2, 0, 0.5), "b z": Budget(0, 0, 0)}
