"""Tiers to come, if nothing more counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.points.tier_rules import (
    TierState,
    foreseen,
    fresh,
    projected,
    requalify,
    review,
    review_on,
)
from loyalty.points.tier_windows import window_begins
from loyalty.programme.tiers import BRONZE, GOLD, SILVER, TierBy, TierLevel, Tiers, TierWindow

LIFE = Tiers()
YEAR = Tiers(window=TierWindow.CALENDAR_YEAR)
ROLLING = Tiers(window=TierWindow.ROLLING_12_MONTHS)
MAY = date(2026, 5, 20)


def earned(rules: Tiers, *months: tuple[int, int], today: date = MAY) -> TierState:
    """After so many points in each of these months of the year before (0) or this one (1)."""
    state = fresh(rules)
    for month, points in months:
        day = date(2025, month, 1) if month > today.month else date(2026, month, 1)
        state = requalify(state, points, day, max(day, date(2026, 1, 1)), rules)
    return state


def test_what_counts_begins_with_the_year_or_twelve_months_before_this_one() -> None:
    assert window_begins(MAY, LIFE) is None
    assert window_begins(MAY, YEAR) == date(2026, 1, 1)
    assert window_begins(MAY, ROLLING) == date(2025, 5, 1)


def test_a_years_tier_is_kept_to_its_end_and_through_the_grace() -> None:
    state = earned(YEAR, (3, 6_000))
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 30), date(2027, 1, 31)]
    assert [foreseen(state, MAY, day, YEAR) for day in days] == [GOLD, GOLD, GOLD, BRONZE]


def test_a_rolling_tier_goes_down_step_by_step() -> None:
    state = earned(ROLLING, (7, 4_000), (3, 1_500))
    assert state.tier == GOLD
    # July's points leave with August 2026, March's with April 2027; each with thirty days of grace.
    days = [date(2026, 8, 30), date(2026, 8, 31), date(2027, 4, 30), date(2027, 5, 1)]
    assert [foreseen(state, MAY, day, ROLLING) for day in days] == [GOLD, SILVER, SILVER, BRONZE]


def test_a_projection_is_of_the_day_on_which_the_periods_grace_is_over() -> None:
    july = date(2026, 7, 20)
    state = earned(ROLLING, (7, 6_000), today=date(2026, 6, 1))
    assert projected(state, date(2026, 6, 20), ROLLING) == GOLD
    assert projected(state, july, ROLLING) == BRONZE


def test_a_projection_goes_no_further_than_that_day() -> None:
    at_once = ROLLING.model_copy(update={"grace_days": 0})
    kept = TierState(GOLD, kept_until=date(2026, 6, 1))
    assert projected(kept, MAY, at_once) == GOLD
    assert projected(replace(kept, kept_until=date(2026, 5, 31)), MAY, at_once) == BRONZE


def test_a_tier_that_grace_keeps_is_lost_even_where_life_counts() -> None:
    dearer = Tiers(rungs=(TierLevel(tier=BRONZE, threshold=0), TierLevel(tier=GOLD, threshold=10_000)))
    kept = review(earned(LIFE, (3, 6_000)), MAY, dearer)
    assert (kept.tier, kept.kept_until) == (GOLD, MAY + timedelta(days=29))
    assert foreseen(kept, MAY, MAY, dearer) == GOLD
    assert projected(kept, MAY, dearer) == BRONZE


def test_a_tier_that_was_reached_by_another_measure_is_kept_for_its_grace() -> None:
    by_orders = Tiers(by=TierBy.ORDERS)
    state = earned(LIFE, (3, 6_000))
    assert foreseen(state, MAY, MAY + timedelta(days=29), by_orders) == GOLD
    assert projected(state, MAY, by_orders) == BRONZE


@pytest.mark.parametrize("rules", [LIFE, YEAR, ROLLING])
@given(
    gains=st.lists(st.tuples(st.integers(1, 12), st.integers(1, 6_000)), max_size=6),
    later=st.integers(0, 900),
)
def test_what_is_foreseen_is_what_looking_every_day_comes_to(
    rules: Tiers, gains: list[tuple[int, int]], later: int
) -> None:
    state = earned(rules, *sorted(gains))
    day, told = MAY, foreseen(state, MAY, MAY + timedelta(days=later), rules)
    for _ in range(later + 1):
        state = review(state, day, rules)
        assert (review_on(state, day, rules) or date.max) > day
        day += timedelta(days=1)
    assert state.tier is told
