"""What time does to accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from loyalty.jobs import usecases
from loyalty.jobs.usecases import advance_accounts
from loyalty.ledger.balances import EntryKind
from loyalty.orders import usecases as order_usecases
from loyalty.points.items import PointsAccount
from loyalty.programme.tiers import BRONZE, SILVER
from loyalty.programme.usecases import current_programme
from shared import clock, ids
from shared.events.customers import OrderStatus
from shared.jobs import RowsFailedError
from shared.messages.cause import Cause
from tests.harness.interruptions import after_first, crash_at
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    PLACED_AT,
    account,
    adjust,
    entries,
    expire,
    get,
    hear,
    order,
    points,
    registration,
    told_of,
)
from tests.integration.loyalty.spending import held, redeem, release
from tests.meter.bill import Bill
from tests.meter.dynamodb.seam import Seam

POINTS = f"/api/customers/{ADA}/points"
CAUSE = Cause("schedule:expire", "corr")
Clock = Callable[[str], None]


def on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=23, tzinfo=UTC)


def test_points_can_be_used_through_their_last_day_and_expire_after(set_clock: Clock) -> None:
    set_programme(expiry={"warn_days": []})
    hear(order())
    set_clock("2027-01-31T23:59:59+00:00")
    assert expire() == {"advanced": 0, "finished": True}
    set_clock("2027-02-01T00:00:00+00:00")
    assert expire() == {"advanced": 1, "finished": True}
    assert points() == [293, -293]
    assert account().due_at is account().due_shard is None
    assert told_of("PointsExpired") == [
        {"customer_id": ADA, "entry": 2, "points": -293, "balance": 0, "available": 0, "cause": "2027-01-31"}
    ]
    assert entries()[1].actor == "schedule:expire"


def test_a_leap_days_points_end_with_the_next_february(set_clock: Clock) -> None:
    hear(order(placed_at=on("2024-02-29")))
    set_clock("2025-02-28T12:00:00+00:00")
    assert expire()["advanced"] == 0
    set_clock("2025-03-01T00:00:00+00:00")
    assert expire()["advanced"] == 1


def test_each_lot_that_is_over_has_an_entry_and_the_others_are_left(set_clock: Clock) -> None:
    hear(*(order(f"A{month}", placed_at=on(f"2026-{month:02}-10"), total=month * 100) for month in (1, 2, 3)))
    set_clock("2027-03-01T00:00:00+00:00")
    assert expire()["advanced"] == 1
    assert points() == [10, 20, 30, -10, -20]
    assert [entry.lots for entry in entries()[3:]] == [{date(2027, 1, 31): -10}, {date(2027, 2, 28): -20}]
    assert [entry.sk for entry in entries()[3:]] == ["2027-01-31#000000004", "2027-02-28#000000005"]
    assert (account().lots, account().due_at) == ({date(2027, 3, 31): 30}, "2027-03-24T00:00Z")


def test_a_second_run_finds_nothing(set_clock: Clock) -> None:
    hear(order())
    set_clock("2027-02-01T00:00:00+00:00")
    expire()
    assert expire()["advanced"] == 0
    assert points() == [293, -293]


def test_two_runs_at_once_expire_once(set_clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order())
    set_clock("2027-02-01T00:00:00+00:00")
    read = usecases.find

    def read_then_lose(*key: Any) -> PointsAccount:
        found = read(*key)
        monkeypatch.setattr(usecases, "find", read)
        expire()
        return found

    monkeypatch.setattr(usecases, "find", read_then_lose)
    assert expire()["advanced"] == 0
    assert points() == [293, -293]


def test_a_due_date_stays_while_later_lots_come_and_moves_when_it_is_reached(set_clock: Clock) -> None:
    set_programme(expiry={"warn_days": []})
    set_clock("2026-02-01T00:00:00+00:00")
    hear(order("A1", placed_at=on("2026-01-10")), order("A2", placed_at=on("2026-02-01")))
    assert account().due_at == "2027-02-01T00:00Z"
    adjust({"points": -293, "reason": "spent"})
    assert (account().lots, account().due_at) == ({date(2027, 2, 28): 293}, "2027-02-01T00:00Z")
    set_clock("2027-02-01T00:00:00+00:00")
    assert expire()["advanced"] == 1  # looked at, and nothing was due after all
    assert account().due_at == "2027-03-01T00:00Z"
    assert points() == [293, 293, -293]


def test_an_old_order_heard_of_late_expires_though_its_day_has_expired_before(set_clock: Clock) -> None:
    hear(order("A1"))
    set_clock("2027-02-01T00:00:00+00:00")
    expire()
    hear(order("A2"))
    assert expire()["advanced"] == 1
    assert points() == [293, -293, 293, -293]


def test_expiry_takes_no_tier(set_clock: Clock) -> None:
    hear(order(total=10_000))
    set_clock("2027-02-01T00:00:00+00:00")
    expire()
    assert (account().balance, account().tier, account().earned) == (0, SILVER, 1_000)
    assert account().expired == 1_000


def test_a_run_stops_in_time_and_the_next_goes_on(set_clock: Clock) -> None:
    customers = [ids.new_customer_id() for _ in range(6)]
    hear(*(order(f"A{number}", customer_id) for number, customer_id in enumerate(customers)))
    set_clock("2027-02-01T00:00:00+00:00")
    time_left = iter([True, True, False])
    run = advance_accounts(CAUSE, lambda: next(time_left))
    assert (run.done, run.finished) == (2, False)
    assert expire() == {"advanced": 4, "finished": True}
    assert all(account(customer_id).balance == 0 for customer_id in customers)


def test_one_bad_account_keeps_nobody_elses_points_alive_and_is_told_of(
    set_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(order("A1", ADA), order("B1", BOB))
    set_clock("2027-02-01T00:00:00+00:00")
    step = usecases._step

    def fail_for_ada(pk: str, *more: Any) -> bool | None:
        if pk == f"CUSTOMER#{ADA}":
            raise RuntimeError
        return step(pk, *more)

    with monkeypatch.context() as broken:
        broken.setattr(usecases, "_step", fail_for_ada)
        with pytest.raises(RowsFailedError):
            expire()
    assert account(BOB).balance == 0
    assert expire() == {"advanced": 1, "finished": True}
    assert account(ADA).balance == 0


# --- when points end, by setting


@pytest.mark.parametrize(
    ("expiry", "placed", "last"),
    [
        ({"mode": "months", "months": 1}, "2026-01-31", "2026-02-28"),
        ({"mode": "months", "months": 12}, "2026-02-10", "2027-02-28"),
        ({"mode": "months", "months": 12, "exact_days": True}, "2026-02-10", "2027-02-10"),
        ({"mode": "month_end", "months": 12}, "2026-02-10", "2027-02-28"),
        ({"mode": "month_end", "months": 24}, "2026-02-10", "2028-02-29"),
        ({"mode": "year_end", "months": 12}, "2026-02-10", "2027-12-31"),
        ({"mode": "inactivity", "months": 6}, "2026-02-10", "2026-08-10"),
    ],
)
def test_points_end_as_the_programme_says(expiry: dict[str, Any], placed: str, last: str, set_clock: Clock) -> None:
    set_programme(expiry={**expiry, "warn_days": []})
    set_clock(f"{placed}T23:00:00+00:00")
    hear(order(placed_at=on(placed), paid_at=on(placed)))
    set_clock(f"{last}T23:59:59+00:00")
    assert (expire()["advanced"], account().balance) == (0, 293)
    assert get(POINTS).json["next_expiry"] == {"on": last, "points": 293}
    set_clock((datetime.fromisoformat(last) + timedelta(days=1)).replace(tzinfo=UTC).isoformat())
    assert (expire()["advanced"], account().balance) == (1, 0)


def test_points_that_never_end_are_never_due() -> None:
    set_programme(expiry={"mode": "never"})
    hear(order())
    assert (account().due_at, account().lots, get(POINTS).json["next_expiry"]) == (None, {date.max: 293}, None)


def test_a_day_ends_where_the_shop_is(set_clock: Clock) -> None:
    set_programme(time_zone="America/New_York", expiry={"warn_days": []})
    hear(order(placed_at=datetime(2026, 2, 1, 3, tzinfo=UTC)))  # still January in New York
    assert account().lots == {date(2027, 1, 31): 293}
    set_clock("2027-02-01T04:59:00+00:00")
    assert expire()["advanced"] == 0
    set_clock("2027-02-01T05:00:00+00:00")
    assert (expire()["advanced"], account().balance) == (1, 0)


# --- points that live by activity


def test_whatever_a_customer_earns_or_spends_keeps_all_points_alive(set_clock: Clock) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 6, "warn_days": []})
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order())
    set_clock("2026-07-31T12:00:00+00:00")
    assert redeem(100).status == 201
    set_clock("2026-08-01T12:00:00+00:00")
    assert (expire()["advanced"], account().balance) == (1, 193)  # looked at, for it was due before
    assert account().due_at == "2027-02-01T00:00Z"
    set_clock("2027-02-01T00:00:00+00:00")
    expire()
    assert (account().balance, account().expired) == (0, 193)


def test_neither_a_refund_nor_a_deduction_nor_time_is_activity(set_clock: Clock) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 6}, pending={"until": "days", "days": 60})
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order())
    set_clock("2026-04-15T12:00:00+00:00")
    expire()
    hear(order(refunded=1_000, status=OrderStatus.PARTLY_REFUNDED))
    adjust({"points": -10, "reason": "A mistake"})
    assert (account().active_on, account().available) == (date(2026, 1, 31), 183)
    set_clock("2026-08-01T00:00:00+00:00")
    expire()
    assert account().balance == 0


def test_what_is_held_and_given_back_was_neither_earned_nor_spent(set_clock: Clock) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 1})
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order())
    set_clock("2026-02-28T12:00:00+00:00")
    release(held(293))
    set_clock("2026-03-01T00:00:00+00:00")
    expire()
    assert account().balance == 0


def test_a_gift_to_somebody_long_idle_is_not_over_at_once(set_clock: Clock) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 6})
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order())
    set_clock("2027-06-01T00:00:00+00:00")
    expire()
    adjust({"points": 50, "reason": "Come back"})
    expire()
    assert account().lots == {date.max: 50}
    assert get(POINTS).json["next_expiry"] == {"on": "2027-12-01", "points": 50}


def test_points_that_ended_for_want_of_activity_count_as_taken_back_by_a_refund(set_clock: Clock) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 6})
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order())
    set_clock("2026-09-01T00:00:00+00:00")
    expire()
    hear(order(refunded=2_933, status=OrderStatus.REFUNDED))
    assert points() == [293, -293, 0]


# --- warnings


def warnings_told() -> list[tuple[str, int, int]]:
    return [(told["on"], told["points"], told["days"]) for told in told_of("PointsExpiring")]


def test_customers_are_warned_thirty_and_seven_days_ahead_once_each(set_clock: Clock) -> None:
    hear(order())
    told = []
    for day in (
        "2026-12-31",
        "2027-01-01",
        "2027-01-01",
        "2027-01-02",
        "2027-01-23",
        "2027-01-24",
        "2027-01-24",
        "2027-01-25",
    ):
        set_clock(f"{day}T01:00:00+00:00")
        ran = expire()["advanced"]
        told += [(day, warning) for warning in warnings_told() if ran]
    assert told == [
        ("2027-01-01", ("2027-01-31", 293, 30)),
        ("2027-01-24", ("2027-01-31", 293, 7)),
    ]
    assert points() == [293]


def test_a_late_job_warns_once_and_says_how_many_days_are_left(set_clock: Clock) -> None:
    hear(order())
    set_clock("2027-01-28T00:00:00+00:00")
    expire()
    assert warnings_told() == [("2027-01-31", 293, 3)]
    expire()
    set_clock("2027-01-29T00:00:00+00:00")
    assert expire()["advanced"] == 0


def test_two_lots_are_warned_of_apart(set_clock: Clock) -> None:
    set_programme(expiry={"exact_days": True, "warn_days": [7]})
    hear(order("A1"), order("A2", placed_at=on("2026-02-02")))
    set_clock("2027-01-26T00:00:00+00:00")
    expire()
    assert sorted(warnings_told()) == [("2027-01-31", 293, 5), ("2027-02-02", 293, 7)]


def test_nobody_is_warned_of_points_that_are_spent(set_clock: Clock) -> None:
    hear(order())
    adjust({"points": -293, "reason": "spent"})
    set_clock("2027-01-05T00:00:00+00:00")
    expire()
    assert warnings_told() == []


def test_who_uses_points_again_is_warned_of_their_new_end(set_clock: Clock) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 6, "warn_days": [7]})
    set_clock("2026-01-31T12:00:00+00:00")
    hear(order())
    set_clock("2026-07-24T12:00:00+00:00")
    expire()
    assert warnings_told() == [("2026-07-31", 293, 7)]
    redeem(100)
    set_clock("2027-01-17T12:00:00+00:00")
    expire()
    assert warnings_told() == [("2027-01-24", 193, 7)]


def test_points_told_after_the_last_warning_are_warned_of_at_once_and_once(set_clock: Clock) -> None:
    set_clock("2027-01-26T12:00:00+00:00")
    late = order()
    hear(late, late)
    assert warnings_told() == [("2027-01-31", 293, 5)]
    hear(order("A2"))
    assert warnings_told() == []
    for day in ("2027-01-26T23:00", "2027-01-27T01:00", "2027-01-31T01:00"):
        set_clock(f"{day}:00+00:00")
        expire()
        assert warnings_told() == []
    assert points() == [293, 293]


@pytest.mark.parametrize(("day", "told"), [("2027-01-23", []), ("2027-01-24", [7]), ("2027-01-31", [0])])
def test_what_the_job_still_warns_of_is_left_to_it(day: str, told: list[int], set_clock: Clock) -> None:
    set_clock(f"{day}T12:00:00+00:00")
    hear(order())
    assert [days for _, _, days in warnings_told()] == told


def test_an_account_that_waits_for_its_job_gets_all_its_warnings_once(set_clock: Clock) -> None:
    set_programme(expiry={"exact_days": True, "warn_days": [7]})
    hear(order("A1", placed_at=on("2026-02-02")))
    set_clock("2027-01-28T12:00:00+00:00")
    hear(order("A2"))
    assert sorted(warnings_told()) == [("2027-01-31", 293, 3), ("2027-02-02", 293, 5)]
    for day in (28, 29):
        set_clock(f"2027-01-{day}T13:00:00+00:00")
        assert expire()["advanced"] == 0


def test_points_that_return_to_their_lot_are_not_warned_of_again(set_clock: Clock) -> None:
    set_clock("2027-01-26T12:00:00+00:00")
    hear(order())
    release(held(293))
    assert warnings_told() == []


def test_without_warnings_none_is_given_at_once(set_clock: Clock) -> None:
    set_programme(expiry={"warn_days": []})
    set_clock("2027-01-31T12:00:00+00:00")
    hear(order())
    assert warnings_told() == []


@pytest.mark.parametrize("write", [1, 2])
def test_a_run_that_dies_at_its_write_warns_once(write: int, set_clock: Clock) -> None:
    set_clock("2027-01-26T12:00:00+00:00")
    late = order()
    assert crash_at(write, lambda: hear(late)) == (write == 1)
    hear(late)
    assert warnings_told() == [("2027-01-31", 293, 5)]


def test_of_two_late_orders_at_once_one_warns(set_clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    set_clock("2027-01-26T12:00:00+00:00")
    hear(registration())
    after_first(monkeypatch, order_usecases.store, "account_of", lambda: hear(order("A2")))
    hear(order("A1"))
    # The other order's write had the warning, and this one's replaced it without another.
    assert (warnings_told(), points()) == ([], [293, 293])


# --- tiers


def test_a_tier_that_the_year_has_taken_goes_after_its_grace_and_the_ledger_says_so(set_clock: Clock) -> None:
    set_programme(tiers={"window": "calendar_year"}, expiry={"mode": "never"})
    set_clock("2026-05-20T12:00:00+00:00")
    hear(order(total=10_000, placed_at=on("2026-05-20")))
    assert (account().tier, account().due_at) == (SILVER, "2027-01-01T00:00Z")
    set_clock("2027-01-01T00:00:00+00:00")
    expire()
    assert (account().tier, account().due_at) == (SILVER, "2027-01-31T00:00Z")
    set_clock("2027-01-31T00:00:00+00:00")
    expire()
    assert (account().tier, account().due_at) == (BRONZE, None)
    assert [(each.entry_kind, each.amount, each.tier_before, each.tier) for each in entries()[1:]] == [
        (EntryKind.REVIEWED, 0, SILVER, SILVER),  # the grace begins
        (EntryKind.REVIEWED, 0, SILVER, BRONZE),
    ]
    assert [(told["old"], told["new"]) for told in told_of("TierChanged")][-1:] == [("silver", "bronze")]


def test_an_order_that_comes_before_the_years_first_run_keeps_no_tier_for_another_year(set_clock: Clock) -> None:
    set_programme(tiers={"window": "calendar_year", "grace_days": 0}, expiry={"mode": "never"})
    set_clock("2026-05-20T12:00:00+00:00")
    hear(order(total=10_000, placed_at=on("2026-05-20")))
    set_clock("2027-01-01T00:20:00+00:00")
    hear(order("A2", total=100, placed_at=datetime(2027, 1, 1, tzinfo=UTC)))
    expire()
    assert account().tier == BRONZE


@pytest.mark.parametrize(("by", "enough"), [("money", 20_000), ("orders", 2)])
def test_tiers_by_money_and_by_orders_follow_them_up_and_down(by: str, enough: int) -> None:
    rungs = [{"tier": "bronze", "threshold": 0}, {"tier": "silver", "threshold": enough}]
    set_programme(tiers={"by": by, "window": "rolling_12_months", "rungs": rungs})
    hear(order("A1", total=10_000), order("A2", total=10_000, currency="EUR" if by == "orders" else "USD"))
    assert account().tier == SILVER
    cancelled = {"cancelled_at": PLACED_AT, "status": OrderStatus.CANCELLED}
    hear(order("A1", total=10_000, **cancelled))
    assert account().tier == BRONZE
    hear(order("A1", total=10_000, reinstated_at=PLACED_AT))
    assert account().tier == SILVER
    hear(order("A1", total=10_000, refunded=5_000, status=OrderStatus.PARTLY_REFUNDED))
    assert account().tier == (BRONZE if by == "money" else SILVER)


# --- what a run costs


def test_a_run_reads_the_accounts_that_are_due_and_no_others(set_clock: Clock) -> None:
    customers = [ids.new_customer_id() for _ in range(40)]
    hear(*(order(f"A{number}", each, placed_at=on("2026-03-01")) for number, each in enumerate(customers)))
    hear(*(order(f"B{number}", each, placed_at=on("2026-01-31")) for number, each in enumerate(customers[:3])))
    set_clock("2027-01-31T23:00:00+00:00")
    expire()  # warnings
    set_clock("2027-02-01T00:00:00+00:00")
    current_programme(clock.now())
    bill = Bill()
    with Seam(lambda: bill).listening():
        assert expire()["advanced"] == 3
    # A query for each of four shards of two indexes; then of each account one read and one transaction.
    assert bill.calls == 8 + 3 * 2
    assert bill.read_units == 8 * 0.5 + 3
    # Of these two are the move in the list of accounts by balance.
    assert bill.write_units == 3 * (2 + 2 + 1 + 1 + 2 + 2)
