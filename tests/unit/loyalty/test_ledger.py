"""The ledger's arithmetic, one operation at a time."""

from __future__ import annotations

from datetime import date

import pytest

from loyalty.ledger.rules import Lots, Standing, adjust, covers, due_on, earn, expire, reverse, void
from shared.events import Tier

SPRING, SUMMER, AUTUMN = date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)


def holding(lots: Lots, **more: int) -> Standing:
    return Standing(balance=sum(lots.values()), lots=lots, **more)  # type: ignore[arg-type]


def test_earned_points_open_a_lot() -> None:
    posting = earn(Standing(), 100, SPRING)
    assert posting.after == Standing(balance=100, earned=100, lots={SPRING: 100})


def test_points_of_one_day_share_a_lot() -> None:
    assert earn(holding({SPRING: 5}), 100, SPRING).after.lots == {SPRING: 105}


def test_debt_is_filled_before_a_lot_is_opened() -> None:
    posting = earn(Standing(balance=-30), 100, SPRING)
    assert (posting.points, posting.after.balance, posting.after.lots) == (100, 70, {SPRING: 70})
    assert earn(Standing(balance=-30), 20, SPRING).after == Standing(balance=-10, earned=20)


def test_earning_lifts_the_tier_at_once() -> None:
    posting = earn(Standing(earned=990), 10, SPRING)
    assert posting.changes_tier
    assert posting.after.tier is Tier.SILVER


def test_a_deduction_takes_what_expires_soonest() -> None:
    posting = adjust(holding({SUMMER: 50, SPRING: 40}), -60, AUTUMN)
    assert posting.after.lots == {SUMMER: 30}
    assert posting.lots == {SPRING: -40, SUMMER: -20}


def test_an_adjustment_moves_no_tier() -> None:
    up = adjust(Standing(), 10_000, SPRING)
    assert (up.after.tier, up.after.earned) == (Tier.BRONZE, 0)
    silver = Standing(balance=1_000, earned=1_000, tier=Tier.SILVER, lots={SPRING: 1_000})
    assert adjust(silver, -1_000, SPRING).after.tier is Tier.SILVER


@pytest.mark.parametrize(("balance", "points", "covered"), [(10, -10, True), (10, -11, False), (-5, 1, True)])
def test_a_deduction_must_be_covered(balance: int, points: int, covered: bool) -> None:
    assert covers(Standing(balance=balance), points) is covered


def test_a_reversal_takes_from_the_orders_own_lot_first() -> None:
    posting = reverse(holding({SPRING: 50, SUMMER: 100}, earned=150), 80, SUMMER)
    assert posting.after.lots == {SPRING: 50, SUMMER: 20}


def test_a_reversal_goes_on_with_the_soonest_expiring_and_ends_in_debt() -> None:
    posting = reverse(holding({SPRING: 50, SUMMER: 20, AUTUMN: 10}, earned=200), 100, SUMMER)
    assert posting.after.balance == -20
    assert posting.after.lots == {}
    assert posting.after.earned == 100


def test_points_that_expired_unspent_count_as_taken_back_once() -> None:
    before = holding({SUMMER: 100}, earned=300)
    first = reverse(before, 60, SPRING, expired=80)
    assert (first.points, first.taken_back, first.after.earned) == (0, 60, 240)
    second = reverse(first.after, 60, SPRING, expired=80)
    assert (second.points, second.taken_back) == (-40, 60)
    assert second.after.lots == {SUMMER: 60}


def test_a_reversal_loses_a_tier_that_was_not_earned() -> None:
    gold = Standing(balance=5_000, earned=5_000, tier=Tier.GOLD, lots={SPRING: 5_000})
    assert reverse(gold, 1, SPRING).after.tier is Tier.SILVER


def test_a_lot_can_be_used_through_its_day_and_expires_after() -> None:
    before = holding({SPRING: 40, SUMMER: 50})
    assert expire(before, SPRING) is None
    posting = expire(before, date(2026, 4, 1))
    assert posting is not None
    assert (posting.points, posting.after.lots) == (-40, {SUMMER: 50})


def test_expiry_forgets_no_earned_points_nor_the_tier() -> None:
    silver = Standing(balance=1_000, earned=1_000, tier=Tier.SILVER, lots={SPRING: 1_000})
    posting = expire(silver, SUMMER)
    assert posting is not None
    assert (posting.after.earned, posting.after.tier, posting.changes_tier) == (1_000, Tier.SILVER, False)


@pytest.mark.parametrize("balance", [-40, 90])
def test_voiding_brings_an_account_to_nothing(balance: int) -> None:
    before = Standing(balance=balance, earned=7, lots={SPRING: balance} if balance > 0 else {})
    posting = void(before)
    assert (posting.points, posting.after) == (-balance, Standing())


def test_a_due_date_moves_only_when_it_is_reached_or_an_earlier_one_comes() -> None:
    assert due_on({SPRING: 1}, None) == SPRING
    assert due_on({SPRING: 1, SUMMER: 1}, SPRING) == SPRING
    assert due_on({SUMMER: 1}, SPRING) == SPRING
    assert due_on({SUMMER: 1}, None) == SUMMER
    assert due_on({SPRING: 1, SUMMER: 1}, SUMMER) == SPRING
    assert due_on({}, SPRING) is None
