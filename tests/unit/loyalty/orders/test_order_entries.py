"""What the entries of one order say: where its points are, what came back, and how much of it is reversed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, Final

import pytest

from loyalty.days import NEVER
from loyalty.ledger.balances import Activation, Lots
from loyalty.orders.order_entries import Delivery, Earning, OrderEntries, Settlement, reversed_amount
from loyalty.orders.order_lots import OrderLots, Place
from loyalty.orders.refunds import ReversedShare
from shared.events.customers import OrderRecorded, OrderStatus

NOW: Final = datetime(2026, 2, 10, 12, tzinfo=UTC)
FIRST, SECOND, THIRD, FOURTH = ((NOW, number) for number in range(1, 5))
SPRING, MAY, SUMMER = date(2026, 3, 31), date(2026, 5, 1), date(2026, 6, 30)
EARNED: Final = Earning("cus_A#EUR", 100, FIRST, version=4, lot=SPRING)
WAITS: Final = replace(EARNED, activates_on=date(2026, 3, 1))
OUTLASTS: Final = replace(EARNED, activates_on=MAY)


@pytest.mark.parametrize(
    ("entries", "lot", "activation"),
    [
        (OrderEntries(), NEVER, None),
        (OrderEntries(EARNED), SPRING, None),
        (OrderEntries(WAITS), SPRING, Activation(date(2026, 3, 1), SPRING)),
        (OrderEntries(OUTLASTS), MAY, Activation(MAY, MAY)),
        (OrderEntries(WAITS, Delivery(SUMMER)), SUMMER, Activation(SUMMER, SUMMER)),
        (OrderEntries(OUTLASTS, Delivery(date(2026, 3, 1))), MAY, Activation(date(2026, 3, 1), MAY)),
        # The delivery activated them at once.
        (OrderEntries(OUTLASTS, Delivery(None)), MAY, None),
    ],
)
def test_points_wait_until_the_newest_day_known_and_no_lot_ends_while_they_wait(
    entries: OrderEntries, lot: date, activation: Activation | None
) -> None:
    assert (entries.lot, entries.activation) == (lot, activation)


@pytest.mark.parametrize(
    ("entries", "version", "is_news"),
    [
        (OrderEntries(), 0, False),
        (OrderEntries(), 1, True),
        (OrderEntries(EARNED), 3, False),
        # The version that earned may take points back as well.
        (OrderEntries(EARNED), 4, True),
        (OrderEntries(EARNED, settled=(Settlement(SECOND, 4),)), 4, False),
        (OrderEntries(EARNED, settled=(Settlement(SECOND, 4), Settlement(THIRD, 6))), 5, False),
        (OrderEntries(EARNED, settled=(Settlement(SECOND, 4), Settlement(THIRD, 6))), 7, True),
    ],
)
def test_a_version_is_news_if_no_newer_one_was_settled(entries: OrderEntries, version: int, is_news: bool) -> None:
    assert entries.is_news(version) is is_news


def test_what_was_reversed_is_as_the_last_settlement_left_it() -> None:
    entries = OrderEntries(EARNED, settled=(Settlement(SECOND, 5, 800, 80), Settlement(THIRD, 6, 300, -50)))
    assert (entries.money[1], entries.taken_back, entries.remaining) == (300, 30, 70)
    assert (OrderEntries().money, OrderEntries().taken_back, OrderEntries().remaining) == ((0, 0), 0, 0)
    assert OrderEntries(EARNED).remaining == 100
    assert EARNED.customer_id == "cus_A"


def test_the_money_that_stayed_counts_from_the_total_of_the_last_settlement() -> None:
    edited = Settlement(SECOND, 5, 200, total=1_500)
    assert OrderEntries(EARNED).money == (EARNED.total, 0)
    assert OrderEntries(EARNED, settled=(edited,)).money == (1_500, 200)
    assert OrderEntries(EARNED, settled=(edited,)).kept_money == 1_300
    assert OrderEntries(EARNED, settled=(edited, Settlement(THIRD, 6, 300))).money == (EARNED.total, 300)
    assert OrderEntries(EARNED, settled=(Settlement(SECOND, 5, 0, total=0),)).kept_money == 0


def test_the_entries_of_a_reward_tell_nothing_of_an_orders_money() -> None:
    reward, change = Earning("cus_A", 50, FIRST), Settlement(SECOND)
    assert (reward.version, reward.total, reward.currency, reward.brought) == (0, 0, "", ())
    assert (change.version, change.reversed_money, change.taken_back) == (0, 0, 0)
    assert (change.still_in_lot, change.already_expired, change.forgiven, change.lot) == (0, {}, 0, None)


def taken(amount: int, own: int = 0, *, expired: Lots | None = None, forgiven: int = 0) -> Settlement:
    """A settlement that took points back; the rest came from other lots."""
    return Settlement(SECOND, 5, 0, amount, own, expired or {}, forgiven)


def given(amount: int, lot: date | None = None, at: Place = THIRD) -> Settlement:
    """A settlement that gave points back."""
    return Settlement(at, 6, 0, -amount, lot=lot)


EXPIRED: Final = taken(60, 20, expired={SPRING: 15}, forgiven=5)


@pytest.mark.parametrize(
    ("settled", "remaining", "lost_of_last_thirty"),
    [
        ((), [(SPRING, 100, FIRST)], ({}, 0)),
        ((taken(100, 100),), [], ({}, 0)),
        ((taken(40, 40),), [(SPRING, 60, FIRST)], ({}, 0)),
        # Forgiven points were taken last, then those from other lots, then expired ones, then the order's own.
        ((taken(40, 40, forgiven=0), taken(30, 10, forgiven=20)), [(SPRING, 30, FIRST)], ({}, 20)),
        ((EXPIRED,), [(SPRING, 40, FIRST)], ({SPRING: 5}, 5)),
        # Given back into their lot, or into a grace: they came later than the others.
        ((taken(40, 40), given(40)), [(SPRING, 40, THIRD), (SPRING, 60, FIRST)], ({}, 0)),
        ((taken(40, 40), given(30, SUMMER)), [(SUMMER, 30, THIRD), (SPRING, 60, FIRST)], ({}, 0)),
        # What had expired is in its own lot again, as old as it was.
        (
            (EXPIRED, given(60, SUMMER)),
            [(SUMMER, 45, THIRD), (SPRING, 15, FIRST), (SPRING, 40, FIRST)],
            ({}, 0),
        ),
        # Points that came back late are taken first the next time.
        (
            (taken(40, 40), given(40, SUMMER), taken(50, 50)),
            [(SPRING, 50, FIRST)],
            ({}, 0),
        ),
        (
            (taken(40, 40), given(40, SUMMER), taken(50, expired={SUMMER: 25, SPRING: 10})),
            [(SPRING, 50, FIRST)],
            ({SPRING: 10, SUMMER: 5}, 0),
        ),
        # Points that had expired and are in their lot again are like any others.
        ((taken(15, expired={SPRING: 15}), given(15), taken(15, 15)), [(SPRING, 85, FIRST)], ({}, 0)),
        # Two refunds are given back the last first, each with what became of its points.
        (
            (taken(30, expired={SPRING: 30}), taken(60, 20), given(90, SUMMER)),
            [(SUMMER, 60, THIRD), (SPRING, 30, FIRST), (SPRING, 10, FIRST)],
            ({}, 0),
        ),
        # A single point.
        ((taken(1, 1),), [(SPRING, 99, FIRST)], ({}, 0)),
        # Two returns into lots of their own.
        (
            (taken(40, 40), given(10, SUMMER), given(10, MAY, FOURTH)),
            [(MAY, 10, FOURTH), (SUMMER, 10, THIRD), (SPRING, 60, FIRST)],
            ({}, 0),
        ),
    ],
)
def test_points_are_taken_and_given_back_newest_first(
    settled: tuple[Settlement, ...],
    remaining: list[tuple[date, int, Place]],
    lost_of_last_thirty: tuple[Lots, int],
) -> None:
    lots = OrderEntries(EARNED, settled=settled).lots
    assert [portion for portion in lots.newest_first() if portion[1]] == remaining
    assert lots.lost_of_last(30) == lost_of_last_thirty
    # To ask changes nothing.
    assert lots.lost_of_last(30) == lost_of_last_thirty


def test_a_settlement_that_moved_nothing_leaves_the_lots_as_they_were() -> None:
    lots = OrderEntries(EARNED, settled=(Settlement(SECOND, 5),)).lots
    assert (lots.newest_first(), lots.taken_back) == ([(SPRING, 100, FIRST)], [])


def test_an_order_that_earned_nothing_has_no_lots() -> None:
    assert OrderEntries().lots == OrderLots()


@pytest.mark.parametrize(
    ("facts", "money", "share", "reinstated"),
    [
        ({}, 0, "0", False),
        ({"refunded": 250}, 250, "1/4", False),
        ({"refunded": 250, "cancelled_at": NOW}, 1_000, "1", False),
        ({"refunded": 250, "reinstated_at": NOW}, 250, "1/4", True),
        # An order that cost nothing is reversed whole or not at all.
        ({"total": 0}, 0, "0", False),
        ({"total": 0, "cancelled_at": NOW}, 0, "1", False),
    ],
)
def test_an_order_tells_how_much_of_it_is_reversed(
    facts: dict[str, Any], money: int, share: str, reinstated: bool
) -> None:
    values = {"order_id": "A1", "status": OrderStatus.PAID, "placed_at": NOW, "currency": "USD"}
    order = OrderRecorded.model_validate({**values, "total": 1_000, "refunded": 0, **facts})
    assert reversed_amount(order) == money
    assert ReversedShare.told(order, 3) == ReversedShare("A1", 3, Fraction(share), reinstated)
