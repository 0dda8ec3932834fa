"""Where a reversal finds the points of an order: in their lots, in the graces of those, among the expired ones."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from loyalty.ledger.balances import Activation, Balances, GraceLot, GraceLots, Lots
from loyalty.ledger.reversals import LotShare, reinstate, reverse

SPRING, MAY, SUMMER = date(2026, 3, 31), date(2026, 5, 31), date(2026, 6, 30)
GRACE, AUTUMN = date(2026, 8, 15), date(2026, 9, 30)
IN_GRACE: Final = GraceLot(GRACE, SPRING)
OF_SUMMER: Final = GraceLot(GRACE, SUMMER)
LATER: Final = GraceLot(AUTUMN, SPRING)


@pytest.mark.parametrize(
    ("lots", "graces", "shares", "expected"),
    [
        # The newest share first, each as far as it goes.
        (
            {SPRING: 50, MAY: 50, AUTUMN: 50},
            {},
            [LotShare(AUTUMN, 10), LotShare(SPRING, 5), LotShare(MAY, 9)],
            ({SPRING: 45, MAY: 50, AUTUMN: 40}, 15, {}),
        ),
        # Two shares of one lot find together what the lot holds.
        ({SUMMER: 12, AUTUMN: 50}, {}, [LotShare(SUMMER, 8), LotShare(SUMMER, 7)], ({AUTUMN: 47}, 12, {})),
        # Points that came back late lie in the grace of their lot.
        ({GRACE: 20, MAY: 50}, {IN_GRACE: 18}, [LotShare(SPRING, 15)], ({MAY: 50, GRACE: 5}, 15, {IN_GRACE: 3})),
        ({SPRING: 4, GRACE: 13}, {IN_GRACE: 13}, [LotShare(SPRING, 15)], ({GRACE: 2}, 15, {IN_GRACE: 2})),
        # Other points of that lot pay last, like every lot.
        ({MAY: 9, GRACE: 20}, {IN_GRACE: 6}, [LotShare(SPRING, 15)], ({GRACE: 14}, 6, {})),
        # So does the grace of another lot.
        ({MAY: 20, GRACE: 20}, {OF_SUMMER: 20}, [LotShare(SPRING, 15)], ({MAY: 5, GRACE: 20}, 0, {OF_SUMMER: 20})),
        # Of two graces of one lot the sooner pays first.
        ({GRACE: 9, AUTUMN: 9}, {LATER: 9, IN_GRACE: 9}, [LotShare(SPRING, 15)], ({AUTUMN: 3}, 15, {LATER: 3})),
    ],
)
def test_fifteen_points_are_found_where_they_lie(
    lots: Lots, graces: GraceLots, shares: list[LotShare], expected: tuple[Lots, int, GraceLots]
) -> None:
    posting = reverse(Balances(lots=lots, grace_lots=graces), 15, shares, activation=None, forgives=False)
    assert (posting.after.lots, posting.still_in_lot, posting.after.grace_lots) == expected
    assert (posting.taken_back, posting.after.owed) == (15, 0)


@pytest.mark.parametrize(
    ("shares", "counted_before", "expired"),
    [
        ([LotShare(SPRING, 20, expired=12)], 0, {SPRING: 12}),
        # No point counts as expired twice: neither for two shares of a lot, nor for two orders.
        ([LotShare(SPRING, 10, expired=12), LotShare(SPRING, 10, expired=12)], 0, {SPRING: 12}),
        ([LotShare(SPRING, 20, expired=12)], 5, {SPRING: 7}),
        ([LotShare(SPRING, 20, expired=12)], 12, {}),
        ([LotShare(SPRING, 20, expired=12)], 13, {}),
        ([LotShare(SPRING, 8, expired=9), LotShare(MAY, 12, expired=2)], 0, {SPRING: 8, MAY: 2}),
    ],
)
def test_points_that_expired_are_counted_once(shares: list[LotShare], counted_before: int, expired: Lots) -> None:
    counted = {SPRING: counted_before} if counted_before else {}
    before = Balances(lots={AUTUMN: 50}, expired_before_reversal=counted)
    posting = reverse(before, 20, shares, activation=None, forgives=False)
    assert posting.expired_before_reversal == expired
    assert posting.after.lots == {AUTUMN: 30 + sum(expired.values())}
    assert sum(posting.after.expired_before_reversal.values()) == counted_before + sum(expired.values())


def test_pending_points_and_those_in_their_lot_are_the_orders_own() -> None:
    where = Activation(SPRING, SUMMER)
    before = Balances(lots={SPRING: 90, SUMMER: 4}, pending={where: 10})
    posting = reverse(before, 20, [LotShare(SUMMER, 20)], activation=where, forgives=False)
    assert (posting.still_in_lot, posting.after.pending, posting.after.lots) == (14, {}, {SPRING: 84})


@pytest.mark.parametrize(
    ("lot", "pending_lot"), [(SUMMER, SUMMER), (SPRING, MAY)], ids=["a later lot", "a lot that ends while they wait"]
)
def test_points_given_back_before_their_activation_wait_for_it(lot: date, pending_lot: date) -> None:
    posting = reinstate(Balances(owed=3), 20, lot, activates_on=MAY, forgiven=2, expired_before_reversal={SPRING: 5})
    assert (posting.after.pending, posting.after.lots) == ({Activation(MAY, pending_lot): 13}, {})
    assert (posting.after.owed, posting.after.earned, posting.forgiven) == (3, 20, -2)
    assert posting.expired_before_reversal == {SPRING: -5}
