"""Later orders earn by the tier that earlier ones gave: nobody gains by an order that is returned after them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from shared.events.customers import CustomersMerged, OrderRecorded, OrderStatus
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, account, entries, erasure, expire, hear, order, points, told_of
from tests.integration.loyalty.spending import redeem

A_DAY: Final = datetime(2026, 2, 2, tzinfo=UTC)


def returned(order_id: str = "A1", total: int = 50_000, **facts: Any) -> OrderRecorded:
    return order(order_id, total=total, **{"refunded": total, "status": OrderStatus.REFUNDED} | facts)


def reinstated(order_id: str = "A1", total: int = 50_000, **facts: Any) -> OrderRecorded:
    return order(order_id, total=total, reinstated_at=A_DAY, **facts)


def stands() -> tuple[int, str]:
    """The balance and the tier; the ledger is verified."""
    entries()
    return account().balance, account().tier


def buy() -> None:
    """An order of $500 reaches gold, and one of $70 earns 1,050 points by that."""
    hear(order("A1", total=50_000), order("A2", total=7_000))
    assert stands() == (6_050, "gold")


def test_what_an_order_earned_by_a_tier_goes_with_the_order_that_gave_it() -> None:
    buy()
    hear(returned())
    assert stands() == (700, "bronze")
    assert points() == [5000, 1050, -5000, -350]
    last = entries()[-1]
    assert (last.entry_kind, last.cause, last.tier) == ("reversed", "A2", "bronze")
    assert sorted(event["points"] for event in told_of("PointsReversed")) == [-5000, -350]


@pytest.mark.parametrize("turns", [*itertools.permutations(range(3))])
@pytest.mark.parametrize(
    ("last", "left"),
    [
        (returned(refunded=49_000), (800, "bronze")),
        (returned(cancelled_at=A_DAY, refunded=0), (700, "bronze")),
        (order("A1", total=30_000, edited_at=A_DAY), (3_840, "silver")),
        (reinstated(), (6_050, "gold")),
        (reinstated(refunded=1_000), (5_740, "gold")),
    ],
)
def test_in_whatever_order_it_is_heard_the_newest_decides(
    last: OrderRecorded, left: tuple[int, str], turns: tuple[int, ...]
) -> None:
    buy()
    told = [returned(refunded=10), returned(), last]
    for turn in turns:
        hear(told[turn], version=1_000_000 + turn)
    hear(*([last] * 2), version=1_000_002)
    assert stands() == left


def test_each_order_keeps_what_the_tier_that_is_left_gives() -> None:
    hear(order("A0", total=10_000), order("A1", total=40_000), order("A2", total=7_000), order("A3", total=1_000))
    # A1 earned by silver, which A0 gives; A2 and A3 by gold.
    assert points() == [1000, 4800, 1050, 150]
    hear(returned("A1", 40_000))
    assert points()[4:] == [-4800, -210, -30]
    hear(returned("A0", 10_000))
    # A1, of which nothing stays, is worth less as well: it may be reinstated.
    assert points()[7:] == [-1000, 0, -140, -20]
    assert stands() == (800, "bronze")
    hear(reinstated("A0", 10_000))
    assert stands() == (1000 + 840 + 120, "silver")
    hear(reinstated("A1", 40_000))
    assert stands() == (1000 + 4800 + 1050 + 150, "gold")


def test_a_tier_that_later_orders_reach_by_themselves_does_not_hide_it() -> None:
    buy()
    hear(order("A3", total=100_000))
    assert points()[-1] == 15_000
    hear(returned())
    # Of what stays $70 earns 700, and $1,000 earns 10,000 before it reaches gold itself.
    assert stands() == (10_700, "gold")


def test_the_order_itself_is_returned_too_before_or_after() -> None:
    buy()
    hear(returned("A2", 7_000, refunded=3_500))
    assert stands() == (5_525, "gold")
    hear(returned())
    assert stands() == (350, "bronze")
    hear(returned("A2", 7_000))
    assert stands() == (0, "bronze")
    hear(reinstated("A2", 7_000))
    assert stands() == (700, "bronze")
    hear(reinstated())
    assert stands() == (6_050, "gold")


def test_an_edit_of_a_repriced_order_counts_from_what_it_earns_now() -> None:
    buy()
    hear(returned(), order("A2", total=14_000, edited_at=A_DAY))
    assert stands() == (1_400, "silver")
    hear(reinstated())
    assert stands() == (5_000 + 2_100, "gold")


def test_an_order_that_earned_after_the_return_gains_nothing_by_a_reinstatement() -> None:
    buy()
    hear(returned(), order("A3", total=1_000), reinstated())
    assert points() == [5000, 1050, -5000, -350, 100, 5000, 350]


def test_spent_points_are_owed() -> None:
    buy()
    assert redeem(6_050, order_id="P").status == 201
    hear(returned())
    assert (account().balance, account().owed) == (-5_350, 5_350)
    hear(reinstated())
    assert (account().balance, account().owed) == (0, None)


@pytest.mark.parametrize(
    ("tiers", "left"),
    [
        ({"by": "money", "thresholds": (0, 10_000, 50_000)}, 700),
        ({"by": "orders", "thresholds": (0, 1, 2)}, 700),
        ({"window": "calendar_year", "thresholds": (0, 1_000, 5_000)}, 700),
        ({"window": "rolling_12_months", "thresholds": (0, 1_000, 5_000)}, 700),
    ],
)
def test_whatever_gives_a_tier(tiers: dict[str, Any], left: int) -> None:
    names, factors = ("bronze", "silver", "gold"), ("1", "1.2", "1.5")
    rungs = [
        {"tier": name, "threshold": threshold, "multiplier": factor}
        for name, threshold, factor in zip(names, tiers.pop("thresholds"), factors, strict=True)
    ]
    set_programme(tiers={**tiers, "rungs": rungs})
    hear(order("A1", total=50_000), order("A2", total=7_000))
    assert sum(points()) > 5_700
    before = sum(points())
    hear(returned())
    assert sum(points()) == left
    hear(reinstated())
    assert sum(points()) == before


def test_limits_do_not_bind_twice() -> None:
    set_programme(earning={"limits": {"per_day": 5_900}})
    hear(order("A1", total=50_000), order("A2", total=7_000))
    assert points() == [5000, 900]
    hear(returned())
    assert sum(points()) == 700


def test_a_return_after_new_year_takes_what_was_earned_in_the_grace(set_clock: Any) -> None:
    set_programme(tiers={"window": "calendar_year"})
    set_clock("2026-12-31T20:00:00+00:00")
    eve: dict[str, Any] = {"placed_at": "2026-12-31T12:00:00Z", "paid_at": "2026-12-31T12:00:00Z"}
    hear(order("A1", total=50_000, **eve))
    set_clock("2027-01-02T09:00:00+00:00")
    hear(order("A2", total=7_000, placed_at="2027-01-02T08:00:00Z", paid_at="2027-01-02T08:00:00Z"))
    assert points() == [5000, 1050]
    hear(returned(**eve))
    assert stands() == (700, "bronze")


def test_a_return_takes_what_was_earned_in_a_grace_that_a_late_review_began(set_clock: Any) -> None:
    set_programme(tiers={"window": "rolling_12_months"}, expiry={"mode": "never"})
    early: dict[str, Any] = {"placed_at": "2027-04-13T12:00:00Z", "paid_at": "2027-04-13T12:00:00Z"}
    set_clock("2027-04-13T20:00:00+00:00")
    hear(order("A1", total=50_000, **early))
    set_clock("2028-06-01T02:00:00+00:00")
    expire()
    set_clock("2028-06-30T09:00:00+00:00")
    hear(order("A2", total=7_000, placed_at="2028-06-30T08:00:00Z", paid_at="2028-06-30T08:00:00Z"))
    assert (stands(), points()) == ((6_050, "gold"), [5000, 0, 1050])
    hear(returned(**early))
    assert stands() == (700, "bronze")


def test_an_order_told_after_the_return_earns_by_no_tier_that_it_took(set_clock: Any) -> None:
    set_clock("2026-02-01T12:00:00+00:00")
    hear(order("A1", total=50_000))
    set_clock("2026-02-10T12:00:00+00:00")
    hear(returned())
    at = {"placed_at": "2026-02-05T12:00:00Z", "paid_at": "2026-02-05T12:00:00Z"}
    hear(order("A2", total=7_000, **at), reinstated(), order("A3", total=7_000, **at))
    assert points() == [5000, -5000, 700, 5000, 1050]


def test_points_that_wait_are_taken_from_those_that_wait() -> None:
    set_programme(pending={"until": "days", "days": 14}, time_zone="UTC")
    now = datetime.now(UTC)
    hear(*(order(name, total=total, placed_at=now, paid_at=now) for name, total in (("A1", 50_000), ("A2", 7_000))))
    hear(returned(placed_at=now, paid_at=now))
    assert (account().balance, account().available) == (700, 0)


def test_entries_of_earlier_releases_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("loyalty.orders.rules.Tiered.of", lambda *_, **__: None)
        buy()
    assert account().tier_slack is None
    hear(returned())
    assert stands() == (1_050, "silver")
    hear(order("A3", total=1_000), returned("A2", 7_000))
    # Of silver, which A2 had given, and no more.
    assert stands() == (100, "bronze")


def test_it_goes_on_where_it_was_left(monkeypatch: pytest.MonkeyPatch) -> None:
    buy()
    hear(order("A3", total=1_000))
    with monkeypatch.context() as dies:
        posted: list[str] = []
        post = __import__("loyalty.orders.repricing.usecases", fromlist=["_post"])._post

        def once(*about: Any) -> None:
            if posted:
                raise RuntimeError
            posted.append("one")
            post(*about)

        dies.setattr("loyalty.orders.repricing.usecases._post", once)
        assert hear(returned(), version=2_000_000) == 1
    assert points()[3:] == [-5000, -350]
    # The same event again, or any other of the customer's.
    assert hear(returned(), version=2_000_000) == 0
    assert points()[3:] == [-5000, -350, -50]
    assert stands() == (800, "bronze")


def test_nothing_is_read_while_the_tier_has_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order("A1", total=60_000), order("A2", total=7_000))
    monkeypatch.setattr("loyalty.orders.repricing.usecases._entries_of_all", None)
    hear(returned("A1", 60_000, refunded=10_000), returned("A2", 7_000))
    assert stands() == (5_000, "gold")


def test_orders_of_both_follow_once_two_customers_are_one() -> None:
    buy()
    hear(order("B1", BOB, total=50_000), order("B2", BOB, total=7_000))
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=A_DAY))
    hear(order("A3", total=1_000))
    assert account().balance == 12_100 + 150
    hear(returned("B1", customer_id=BOB))
    # A2 earned without it, and A3 has gold by the others.
    assert account().balance == 12_250 - 5_000 - 350
    hear(returned())
    assert account().balance == 700 + 700 + 120
    hear(reinstated("B1", customer_id=BOB), reinstated())
    assert stands() == (12_250, "gold")


def test_an_erased_customer_is_left_alone() -> None:
    buy()
    hear(erasure())
    assert hear(returned()) == 0
    assert account().tier_slack is None
