"""Orders into points, whatever way their events come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import pytest

from loyalty.ledger.balances import EntryKind
from loyalty.orders import rules as order_rules
from loyalty.orders import store as order_store
from loyalty.orders.usecases import record_order
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.programme.tiers import BRONZE, GOLD, SILVER
from shared.events.customers import OrderStatus
from shared.messages.cause import Cause
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, account, adjust, entries, expire, hear, order, points, told_of

CAUSE = Cause("service:test", "corr")
UNPAID = {"paid_at": None, "status": OrderStatus.PLACED}


def refunded(order_id: str, amount: int, **facts: Any) -> Any:
    return order(order_id, refunded=amount, status=OrderStatus.PARTLY_REFUNDED, **facts)


def test_a_paid_order_earns_ten_points_a_dollar() -> None:
    assert hear(order()) == 0
    [entry] = entries()
    assert (entry.entry_kind, entry.amount, entry.cause) == (EntryKind.EARNED, 293, "A1")
    facts = [entry.fact(name) for name in ("total", "currency", "parts", "lot")]
    assert (facts, entry.tier_before) == ([2933, "USD", [["base", 293]], "2027-01-31"], BRONZE)
    assert account().lots == {date(2027, 1, 31): 293}


def test_points_live_twelve_months_from_the_orders_own_date() -> None:
    hear(order(placed_at=datetime(2024, 2, 29, 23, 59, tzinfo=UTC)))
    assert account().lots == {date(2025, 2, 28): 293}


def test_points_that_live_longer_than_a_month_live_to_the_end_of_their_last_one() -> None:
    hear(
        order("A1", placed_at=datetime(2026, 3, 10, tzinfo=UTC)),
        order("A2", placed_at=datetime(2026, 3, 20, tzinfo=UTC)),
    )
    assert account().lots == {date(2027, 3, 31): 586}
    assert entries()[0].lots == {date(2027, 3, 31): 293}


def test_an_unpaid_order_opens_the_account_of_anyone_and_earns_nothing() -> None:
    hear(order(**UNPAID))
    assert (account().balance, entries()) == (0, [])


def test_a_shop_can_let_orders_earn_when_they_are_placed() -> None:
    set_programme(earning={"on": "placed"})
    hear(order(**UNPAID), order())
    assert points() == [293]
    assert entries()[0].programme == 1


def test_the_same_order_earns_once_however_often_it_is_heard() -> None:
    assert hear(order(), order()) == 0
    assert hear(order(**UNPAID), order()) == 0
    assert points() == [293]
    assert told_of("PointsEarned") == [
        {
            "customer_id": ADA,
            "entry": 1,
            "points": 293,
            "balance": 293,
            "available": 293,
            "cause": "A1",
            "order_id": "A1",
            "pending_until": None,
        }
    ]


def test_an_order_without_a_person_earns_for_nobody() -> None:
    assert hear(order(customer_id=None)) == 0
    assert order_store.order_records("A1") == []


def test_an_order_that_moves_to_another_customer_earns_no_second_time() -> None:
    hear(order(), order(customer_id=BOB))
    assert points() == [293]
    assert store.find_account(BOB) is None


def test_an_order_in_another_currency_earns_nothing_now_and_later() -> None:
    hear(order(currency="EUR"))
    set_programme(currency="EUR")
    hear(order(currency="EUR"))
    assert points() == [0]
    assert told_of("PointsEarned") == []


def test_a_free_order_leaves_no_entry() -> None:
    assert hear(order(total=0), order(total=0)) == 0
    assert entries() == []


def test_the_tier_held_when_posted_multiplies_and_the_tier_rises_at_once() -> None:
    hear(order("A1", total=10_000), order("A2", total=2933), order("A3", total=50_000), order("A4", total=2933))
    assert points() == [1_000, 351, 6_000, 439]
    assert [(change["old"], change["new"]) for change in told_of("TierChanged")] in (
        [("bronze", "silver"), ("silver", "gold")],
        [("silver", "gold"), ("bronze", "silver")],
    )
    assert [entry.tier for entry in entries()] == [SILVER, SILVER, GOLD, GOLD]


def test_a_refund_takes_back_in_proportion() -> None:
    hear(order("A1", total=10_000), refunded("A1", 2_500, total=10_000))
    assert points() == [1_000, -250]
    assert account().lots == {date(2027, 1, 31): 750}
    assert (account().earned, account().tier) == (750, BRONZE)
    [told] = told_of("PointsReversed")
    numbers = {"entry": 2, "points": -250, "balance": 750, "available": 750}
    assert told == {"customer_id": ADA, **numbers, "cause": "A1", "order_id": "A1"}


def test_refunds_in_any_order_and_number_end_at_the_same_points() -> None:
    history = [order(), refunded("A1", 1), refunded("A1", 1_000), refunded("A1", 2_500), refunded("A1", 2_933)]
    for seed in range(4):
        order_id = f"S{seed}"
        told = list(enumerate((event.model_copy(update={"order_id": order_id}) for event in history), 1)) * 2
        Random(seed).shuffle(told)  # noqa: S311  # a seeded test, not a secret
        for version, event in told:
            assert hear(event, version=version) == 0
        kept = [entry for entry in entries() if entry.cause == order_id]
        assert sum(entry.amount for entry in kept) == 0
        assert kept[0].amount == 293
    assert (account().balance, account().lots) == (0, {})


def test_the_newest_alone_is_enough_and_the_older_change_nothing() -> None:
    newest = refunded("A1", 1_000)
    hear(newest, version=4)
    assert points() == [293, -100]
    for version, event in ((2, order()), (1, order(**UNPAID)), (3, refunded("A1", 500)), (4, newest)):
        hear(event, version=version)
    assert points() == [293, -100]


def test_a_crash_between_earning_and_taking_back_heals_when_the_event_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(order_rules, "take_back", crash)
        assert hear(refunded("A1", 2_933), version=2) == 1
    assert points() == [293]
    assert hear(refunded("A1", 2_933), version=2) == 0
    assert points() == [293, -293]


def test_points_spent_before_a_refund_become_debt_that_the_next_order_fills_first() -> None:
    hear(order())
    spend(250)
    hear(refunded("A1", 2_933))
    assert (account().balance, account().lots, account().owed) == (-250, {}, 250)
    hear(order("A2", total=3_000))
    assert points() == [293, -250, -293, 300]
    assert account().lots == {date(2027, 1, 31): 50}


def test_a_refund_after_a_guests_order_fell_to_another_account_is_taken_back_there() -> None:
    hear(order(customer_id=BOB), refunded("A1", 2_933, customer_id=ADA))
    assert points(BOB) == [293, -293]


def test_two_orders_at_once_both_earn(monkeypatch: pytest.MonkeyPatch) -> None:
    _get_in_between(monkeypatch, order("A2", total=1_000))
    assert hear(order("A1")) == 0
    assert points() == [100, 293]


def test_a_refund_and_the_same_refund_at_once_take_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order())
    _get_in_between(monkeypatch, refunded("A1", 1_000), version=10**6)
    assert hear(refunded("A1", 1_000), version=10**6) == 0
    assert points() == [293, -100]


def test_two_refunds_at_once_take_back_what_the_larger_says(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order())
    _get_in_between(monkeypatch, refunded("A1", 1_000), version=10**6)
    assert hear(refunded("A1", 2_933), version=10**6 + 1) == 0
    assert points() == [293, -100, -193]


def test_the_first_two_facts_of_a_customer_at_once_share_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    _get_in_between(monkeypatch, order("A2", **UNPAID))
    assert hear(order("A1")) == 0
    assert points() == [293]


def test_an_event_that_cannot_be_read_fails_alone() -> None:
    bad = order().model_copy(update={"order_id": " no id"})
    assert hear(bad, order("A2")) == 1
    assert points() == [293]


def test_points_that_expired_unspent_are_not_taken_again(set_clock: Any) -> None:
    set_clock("2027-01-31T12:00:00+00:00")
    hear(order("A1"), order("A2"))
    spend(293)
    set_clock("2027-02-01T00:00:00+00:00")
    expire()
    hear(order("A3", placed_at=datetime(2027, 1, 31, tzinfo=UTC)))
    hear(refunded("A1", 2_933), refunded("A2", 2_933))
    assert [(entry.amount, entry.fact("taken_back")) for entry in entries()[-2:]] == [(0, 293), (-293, 293)]
    assert (account().balance, account().earned) == (0, 293)
    assert len(told_of("PointsReversed")) == 1


def spend(amount: int) -> None:
    assert adjust({"points": -amount, "reason": "spent"}, key=f"spend-{amount}").status == 201


def _get_in_between(monkeypatch: pytest.MonkeyPatch, event: Any, version: int = 1) -> None:
    """Let another writer record `event` between this one's first reading of the account and its write."""
    read = store.account_of

    def read_then_lose(customer_id: str) -> PointsAccount:
        found = read(customer_id)
        monkeypatch.setattr(store, "account_of", read)
        record_order(event, version, CAUSE)
        return found

    monkeypatch.setattr(store, "account_of", read_then_lose)


@pytest.mark.parametrize("limit", ["per_month", "for_ever"])
def test_no_more_is_earned_than_a_limit_lets(limit: str, set_clock: Callable[[str], None]) -> None:
    set_programme(earning={"limits": {limit: 500}})
    hear(order("A1"), order("A2"), order("A3"))
    assert points() == [293, 207, 0]
    set_clock("2026-03-01T12:00:00+00:00")
    hear(order("A4"))
    assert points()[-1] == (293 if limit == "per_month" else 0)


def test_a_limit_counts_from_when_there_is_one() -> None:
    hear(order("A1"), order("A2"))
    set_programme(earning={"limits": {"for_ever": 500}})
    hear(order("A3"), order("A4"))
    assert points() == [293, 293, 293, 207]


@pytest.mark.parametrize(
    ("parts", "programme", "left"),
    [
        ({"shipping": 10_000, "refunded": 10_000}, {}, 0),
        ({"shipping": 500, "refunded": 500, "refunded_shipping": 500}, {}, 1_000),
        ({"shipping": 500, "refunded": 500}, {}, 950),
        ({"tax": 800, "shipping": 500, "refunded": 1_300, "refunded_tax": 800, "refunded_shipping": 500}, {}, 1_000),
        ({"shipping": 10_000, "refunded": 10_000}, {"shipping": "included"}, 1_000),
        ({"shipping": 10_000, "refunded": 10_000, "refunded_shipping": 10_000}, {"shipping": "included"}, 1_000),
    ],
)
def test_a_refund_takes_the_points_of_the_goods_for_shipping_earned_nothing(
    parts: dict[str, int], programme: dict[str, Any], left: int
) -> None:
    set_programme(earning=programme)
    whole = {"total": 10_000 + parts.get("tax", 0) + parts["shipping"]}
    told = {name: amount for name, amount in parts.items() if "refunded" not in name}
    hear(order(**whole, **told), order(**whole, **parts, status=OrderStatus.PARTLY_REFUNDED))
    assert account().balance == left


def test_an_order_whose_goods_are_all_back_counts_as_none_towards_a_tier() -> None:
    rungs = [{"tier": "bronze", "threshold": 0}, {"tier": "silver", "threshold": 1}]
    set_programme(tiers={"by": "orders", "rungs": rungs})
    hear(order(total=10_500, shipping=500))
    assert account().tier == SILVER
    hear(refunded("A1", 10_000, total=10_500, shipping=500))
    assert account().tier == BRONZE
