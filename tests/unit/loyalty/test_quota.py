"""The points that an account earned so far, where the programme limits earning."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.earning.quota import Quota
from loyalty.points.rules import MOST_LATE, EarnedTotals, read_totals, write_totals
from loyalty.programme.sections import Limits

TODAY = date(2026, 2, 10)
SOME = EarnedTotals(30, {"2026-01": 8, "2026-02": 20}, {"2026-01-31": 8, "2026-02-09": 10, "2026-02-10": 10})


@pytest.mark.parametrize(
    ("on", "left"),
    [
        (TODAY, (90, 80, 70)),
        (date(2026, 2, 9), (90, 80, 70)),
        (date(2026, 2, 8), (100, 80, 70)),
        (date(2026, 1, 31), (92, 92, 70)),
        (date(2026, 1, 30), (100, 92, 70)),
        (date(2025, 12, 31), (100, 100, 70)),
    ],
)
def test_an_order_counts_on_its_own_day_and_month(on: date, left: tuple[int, int, int]) -> None:
    limits = (Limits(per_day=100), Limits(per_month=100), Limits(for_ever=100))
    assert tuple(Quota.of(SOME, on, TODAY).left(limit) for limit in limits) == left


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        (Limits(), None),
        (Limits(per_day=100), 0),
        (Limits(per_month=100), 0),
        (Limits(for_ever=100), 70),
        (Limits(for_ever=100, per_month=90), 0),
    ],
)
def test_of_a_day_that_is_not_kept_any_more_nobody_knows_what_is_left(limits: Limits, left: int | None) -> None:
    assert Quota.of(SOME, date(2025, 12, 31), TODAY).left(limits, is_kept=False) == left


@pytest.mark.parametrize(
    ("limits", "left", "is_stored"),
    [
        (Limits(), None, False),
        (Limits(per_day=15), 5, True),
        (Limits(per_month=26), 6, True),
        (Limits(for_ever=37), 7, True),
    ],
)
def test_what_is_earned_is_kept_where_there_is_a_limit(limits: Limits, left: int | None, is_stored: bool) -> None:
    quota = Quota.of(SOME, TODAY)
    months, days = {"2026-01": 8, "2026-02": 24}, {"2026-01-31": 8, "2026-02-09": 10, "2026-02-10": 14}
    stored = EarnedTotals(34, months, days) if is_stored else None
    assert (quota.left(limits), quota.used(4, limits)) == (left, stored)


def test_somebody_new_has_the_whole_limit() -> None:
    limits = Limits(per_day=5, per_month=6, for_ever=7)
    assert Quota.of(None, TODAY).left(limits) == 5
    assert Quota.of(None, TODAY).used(0, limits) == EarnedTotals(0, {"2026-02": 0}, {"2026-02-10": 0})


def test_days_are_kept_as_long_as_an_order_of_them_may_come() -> None:
    old = EarnedTotals(9, {"2025-12": 4, "2026-01": 5}, {"2026-01-09": 1, "2026-01-10": 2})
    after = Quota.of(old, TODAY).used(1, Limits(per_day=1))
    assert after == EarnedTotals(10, {"2026-01": 5, "2026-02": 1}, {"2026-01-10": 2, "2026-02-10": 1})


def test_totals_are_stored_and_read_in_the_earlier_form_too() -> None:
    assert read_totals(write_totals(SOME)) == SOME
    assert read_totals(["2026-02-09", 10, 20, 30]) == EarnedTotals(30, {"2026-02": 20}, {"2026-02-09": 10})


@given(st.lists(st.tuples(st.integers(0, MOST_LATE.days), st.integers(1, 9)), max_size=30))
def test_whenever_orders_arrive_no_day_gives_more_than_its_limit(orders: list[tuple[int, int]]) -> None:
    limits, totals = Limits(per_day=10), EarnedTotals()
    given_on: dict[date, int] = {}
    for days_late, points in orders:
        on = TODAY - timedelta(days_late)
        quota = Quota.of(totals, on, TODAY)
        earned = min(points, quota.left(limits) or 0)
        given_on[on] = given_on.get(on, 0) + earned
        totals = quota.used(earned, limits) or totals
    asked = {on: sum(points for late, points in orders if TODAY - timedelta(late) == on) for on in given_on}
    assert given_on == {on: min(asked[on], 10) for on in asked}
