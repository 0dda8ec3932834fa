"""Points at the end of their life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from loyalty.expiry import usecases
from loyalty.expiry.usecases import ExpiryFailedError, expire_points
from loyalty.ledger import store
from loyalty.ledger.items import Account
from shared import ids
from shared.cause import Cause
from shared.events import Tier
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    adjust,
    entries,
    expire,
    hear,
    order,
    points,
    told_of,
)

CAUSE = Cause("schedule:expire", "corr")
Clock = Callable[[str], None]


def on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=23, tzinfo=UTC)


def test_points_can_be_used_through_their_last_day_and_expire_after(set_clock: Clock) -> None:
    hear(order())
    set_clock("2027-01-31T23:59:59+00:00")
    assert expire() == {"expired": 0, "finished": True}
    set_clock("2027-02-01T00:00:00+00:00")
    assert expire() == {"expired": 1, "finished": True}
    assert points() == [293, -293]
    assert account().due_on is None
    assert told_of("PointsExpired") == [
        {"customer_id": ADA, "entry": 2, "points": -293, "balance": 0, "cause": "2027-01-31"}
    ]
    assert entries()[1].actor == "schedule:expire"


def test_a_leap_days_points_end_with_the_next_february(set_clock: Clock) -> None:
    hear(order(placed_at=on("2024-02-29")))
    set_clock("2025-02-28T12:00:00+00:00")
    assert expire()["expired"] == 0
    set_clock("2025-03-01T00:00:00+00:00")
    assert expire()["expired"] == 1


def test_one_entry_takes_all_lots_that_are_over_and_leaves_the_others(set_clock: Clock) -> None:
    hear(*(order(f"A{month}", placed_at=on(f"2026-{month:02}-10"), total=month * 100) for month in (1, 2, 3)))
    set_clock("2027-03-01T00:00:00+00:00")
    assert expire()["expired"] == 1
    assert points() == [10, 20, 30, -30]
    assert entries()[3].lots == {date(2027, 1, 10): -10, date(2027, 2, 10): -20}
    assert (account().lots, account().due_on) == ({date(2027, 3, 10): 30}, date(2027, 3, 10))


def test_a_second_run_finds_nothing(set_clock: Clock) -> None:
    hear(order())
    set_clock("2027-02-01T00:00:00+00:00")
    expire()
    assert expire()["expired"] == 0
    assert points() == [293, -293]


def test_two_runs_at_once_expire_once(set_clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order())
    set_clock("2027-02-01T00:00:00+00:00")
    read = store.find_account

    def read_then_lose(customer_id: str) -> Account | None:
        found = read(customer_id)
        monkeypatch.setattr(store, "find_account", read)
        expire()
        return found

    monkeypatch.setattr(store, "find_account", read_then_lose)
    assert expire()["expired"] == 0
    assert points() == [293, -293]


def test_a_due_date_stays_while_later_lots_come_and_moves_when_it_is_reached(set_clock: Clock) -> None:
    set_clock("2026-02-01T00:00:00+00:00")
    hear(order("A1", placed_at=on("2026-01-10")), order("A2", placed_at=on("2026-01-20")))
    assert account().due_on == date(2027, 1, 10)
    adjust({"points": -293, "reason": "spent"})
    assert (account().lots, account().due_on) == ({date(2027, 1, 20): 293}, date(2027, 1, 10))
    set_clock("2027-01-15T00:00:00+00:00")
    assert expire()["expired"] == 0
    assert account().due_on == date(2027, 1, 20)
    assert points() == [293, 293, -293]


def test_an_old_order_heard_of_late_expires_though_its_day_has_expired_before(set_clock: Clock) -> None:
    hear(order("A1"))
    set_clock("2027-02-01T00:00:00+00:00")
    expire()
    hear(order("A2"))
    assert expire()["expired"] == 1
    assert points() == [293, -293, 293, -293]


def test_expiry_takes_no_tier(set_clock: Clock) -> None:
    hear(order(total=10_000))
    set_clock("2027-02-01T00:00:00+00:00")
    expire()
    assert (account().balance, account().tier, account().earned) == (0, Tier.SILVER, 1_000)


def test_a_run_stops_in_time_and_the_next_goes_on(set_clock: Clock) -> None:
    customers = [ids.new_customer_id() for _ in range(6)]
    hear(*(order(f"A{number}", customer_id) for number, customer_id in enumerate(customers)))
    set_clock("2027-02-01T00:00:00+00:00")
    time_left = iter([True, True, False])
    run = expire_points(CAUSE, lambda: next(time_left))
    assert (run.expired, run.finished) == (2, False)
    assert expire() == {"expired": 4, "finished": True}
    assert all(account(customer_id).balance == 0 for customer_id in customers)


def test_one_bad_account_keeps_nobody_elses_points_alive_and_is_told_of(
    set_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(order("A1", ADA), order("B1", BOB))
    set_clock("2027-02-01T00:00:00+00:00")
    expire_one = usecases._expire

    def fail_for_ada(customer_id: str, *more: Any) -> bool:
        if customer_id == ADA:
            raise RuntimeError
        return expire_one(customer_id, *more)

    with monkeypatch.context() as broken:
        broken.setattr(usecases, "_expire", fail_for_ada)
        with pytest.raises(ExpiryFailedError):
            expire()
    assert account(BOB).balance == 0
    assert expire() == {"expired": 1, "finished": True}
    assert account(ADA).balance == 0
