"""The ladder: up at once, down with a refund at once, down by time only after the grace."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.points.tier_rules import (
    GivenTier,
    TierState,
    foreseen,
    fresh,
    give,
    last_reached,
    merge,
    multiplier_of,
    next_level,
    projected,
    qualified_tier,
    qualifying_on,
    requalify,
    review,
    review_on,
)
from loyalty.points.tier_windows import EVER, period_end, read_qualifying, write_qualifying
from loyalty.programme.tiers import BRONZE, GOLD, SILVER, TierBy, TierLevel, Tiers, TierWindow
from shared.events.loyalty import TierId

LIFE = Tiers()
YEAR = Tiers(window=TierWindow.CALENDAR_YEAR)
ROLLING = Tiers(window=TierWindow.ROLLING_12_MONTHS)
WINDOWS = (LIFE, YEAR, ROLLING)
MAY = date(2026, 5, 20)


def qualified(amount: int, on: date = MAY, rules: Tiers = LIFE) -> TierState:
    return requalify(fresh(rules), amount, on, on, rules)


@pytest.mark.parametrize(
    ("earned", "tier"),
    [
        (-5, BRONZE),
        (0, BRONZE),
        (999, BRONZE),
        (1_000, SILVER),
        (4_999, SILVER),
        (5_000, GOLD),
        (10**9, GOLD),
    ],
)
@pytest.mark.parametrize("rules", WINDOWS)
def test_a_tier_is_reached_at_its_very_threshold(earned: int, tier: TierId, rules: Tiers) -> None:
    assert qualified(earned, rules=rules).tier is tier


def test_a_new_customer_is_in_the_lowest_tier_by_the_programmes_measure() -> None:
    silver = Tiers(by=TierBy.ORDERS, rungs=(TierLevel(tier=SILVER, threshold=0),))
    assert fresh(silver) == TierState(SILVER, basis=TierBy.ORDERS)


def test_points_are_multiplied_by_tier() -> None:
    tiers = (BRONZE, SILVER, GOLD)
    assert [multiplier_of(tier, LIFE) for tier in tiers] == [Decimal(1), Decimal("1.2"), Decimal("1.5")]


def test_the_next_tier_is_the_next_one_up_and_none_from_the_top() -> None:
    level = next_level(qualified(1_000), LIFE)
    assert level is not None
    assert (level.tier, level.threshold) == (GOLD, 5_000)
    assert next_level(qualified(5_000), LIFE) is None


@pytest.mark.parametrize("rules", WINDOWS)
@pytest.mark.parametrize("by", TierBy)
def test_a_tier_comes_at_once_and_a_refund_takes_it_at_once(rules: Tiers, by: TierBy) -> None:
    rules = rules.model_copy(update={"by": by})
    gold = qualified(5_000, rules=rules)
    assert (gold.tier, gold.since) == (GOLD, MAY)
    after = requalify(gold, -1, MAY, date(2026, 6, 1), rules)
    assert (after.tier, after.since, after.kept_until) == (SILVER, date(2026, 6, 1), None)
    assert requalify(after, -4_000, MAY, date(2026, 6, 2), rules).tier == BRONZE


def test_life_takes_no_tier() -> None:
    silver = qualified(1_000)
    assert review_on(silver, MAY, LIFE) is None
    assert review(silver, date(2036, 5, 20), LIFE).tier == SILVER


def test_a_calendar_years_tier_ends_with_the_grace_of_the_next_year() -> None:
    silver = qualified(1_000, rules=YEAR)
    assert review_on(silver, MAY, YEAR) == date(2027, 1, 1)
    assert qualifying_on(silver, date(2026, 12, 31), YEAR) == 1_000
    kept = review(silver, date(2027, 1, 1), YEAR)
    assert (kept.tier, kept.kept_until) == (SILVER, date(2027, 1, 30))
    assert review_on(kept, date(2027, 1, 1), YEAR) == date(2027, 1, 31)
    assert review(kept, date(2027, 1, 30), YEAR).tier == SILVER
    lost = review(kept, date(2027, 1, 31), YEAR)
    assert (lost.tier, lost.since, lost.kept_until) == (BRONZE, date(2027, 1, 31), None)
    assert review_on(lost, date(2027, 1, 31), YEAR) is None


def test_a_rolling_window_counts_the_month_of_today_and_the_twelve_before_it() -> None:
    silver = qualified(1_000, rules=ROLLING)
    assert qualifying_on(silver, date(2027, 5, 31), ROLLING) == 1_000
    assert qualifying_on(silver, date(2027, 6, 1), ROLLING) == 0
    assert review_on(silver, MAY, ROLLING) == date(2027, 6, 1)
    assert review_on(silver, date(2027, 5, 31), ROLLING) == date(2027, 6, 1)


def test_a_tier_in_its_grace_stays_when_it_is_reached_again() -> None:
    kept = review(qualified(1_000, rules=YEAR), date(2027, 1, 1), YEAR)
    again = requalify(kept, 1_000, date(2027, 1, 20), date(2027, 1, 20), YEAR)
    assert (again.tier, again.kept_until, again.since) == (SILVER, None, MAY)
    assert review_on(again, date(2027, 1, 20), YEAR) == date(2028, 1, 1)


@pytest.mark.parametrize(
    ("amounts", "returned", "tier"),
    [
        # What had reached the tier is returned, whole or so much that the rest does not reach it.
        ([5_000], 5_000, BRONZE),
        ([5_000, 900], 901, SILVER),
        ([5_000, 900], 900, GOLD),
        ([5_000, 1_000], 5_000, SILVER),
    ],
)
@pytest.mark.parametrize("bought", [date(2026, 12, 31), date(2026, 1, 1)])
def test_a_return_takes_a_tier_that_only_the_grace_keeps(
    bought: date, amounts: list[int], returned: int, tier: TierId
) -> None:
    today, before = date(2027, 1, 1), fresh(YEAR)
    for amount in amounts:
        before = requalify(before, amount, bought, bought, YEAR)
    for state in (before, review(before, today, YEAR)):
        after = review(requalify(state, -returned, bought, today, YEAR), today, YEAR)
        assert (after.tier, after.kept_until) == (tier, None if tier == BRONZE else date(2027, 1, 30))
        assert requalify(after, returned, bought, today, YEAR).tier == GOLD


@pytest.mark.parametrize(
    ("grace_days", "day"),
    [(30, date(2027, 6, 1)), (30, date(2027, 6, 30)), (62, date(2027, 8, 1)), (93, date(2027, 9, 1))],
)
def test_a_longer_grace_of_a_window_that_rolls_ends_with_the_return_too(grace_days: int, day: date) -> None:
    rules = ROLLING.model_copy(update={"grace_days": grace_days})
    kept = review(qualified(5_000, rules=rules), date(2027, 6, 1), rules)
    # Something else counts meanwhile, and forgets the months that are too long ago.
    kept = requalify(kept, 1, day, day, rules)
    assert kept.tier == GOLD
    assert requalify(kept, -5_000, MAY, day, rules).tier == BRONZE


def test_a_return_takes_no_tier_that_new_thresholds_had_taken() -> None:
    silver = qualified(1_500)
    higher = LIFE.model_copy(update={"rungs": (LIFE.rungs[0], LIFE.rungs[1].model_copy(update={"threshold": 2_000}))})
    kept = review(silver, date(2026, 6, 1), higher)
    after = requalify(kept, -1_500, MAY, date(2026, 6, 10), higher)
    assert (after.tier, after.kept_until) == (SILVER, date(2026, 6, 30))


def test_nor_does_a_return_of_what_the_new_year_counted() -> None:
    kept = review(qualified(5_000, rules=YEAR), date(2027, 1, 1), YEAR)
    silver = requalify(kept, 1_000, date(2027, 1, 5), date(2027, 1, 5), YEAR)
    after = requalify(silver, -1_000, date(2027, 1, 5), date(2027, 1, 10), YEAR)
    assert (after.tier, after.since, after.kept_until) == (GOLD, MAY, date(2027, 1, 30))


@pytest.mark.parametrize("days_late", [0, 2, 31])
@pytest.mark.parametrize("grace", [1, 30, 31, 92, 365])
@pytest.mark.parametrize("window", [TierWindow.CALENDAR_YEAR, TierWindow.ROLLING_12_MONTHS])
def test_a_grace_that_began_late_ends_with_the_order_that_gave_the_tier(
    window: TierWindow, grace: int, days_late: int
) -> None:
    rules = Tiers(window=window, grace_days=grace)
    gold = qualified(5_000, date(2027, 12, 13), rules)
    over = date(2028, 1, 1) if window is TierWindow.CALENDAR_YEAR else date(2029, 1, 1)
    reviewed = over + timedelta(days=days_late)
    kept = review(gold, reviewed, rules)
    last = reviewed + timedelta(days=grace - 1)
    assert (kept.tier, kept.kept_until) == (GOLD, last)
    bought = requalify(kept, 620, last, last, rules)
    assert last_reached(bought, GOLD, last, rules) == over - timedelta(days=1)
    assert requalify(bought, -5_000, date(2027, 12, 13), last, rules).tier == BRONZE


def test_a_review_of_a_tier_that_is_reached_ends_its_grace_and_no_more() -> None:
    silver = qualified(1_000)
    assert review(silver, date(2026, 6, 1), LIFE) == silver
    assert review(replace(silver, kept_until=date(2026, 6, 5)), date(2026, 6, 1), LIFE) == silver


def test_an_order_before_the_years_first_look_does_not_hide_that_the_year_has_turned() -> None:
    silver = qualified(1_000, rules=YEAR)
    ordered = requalify(silver, 10, date(2027, 1, 1), date(2027, 1, 1), YEAR)
    assert (ordered.tier, review_on(ordered, date(2027, 1, 1), YEAR)) == (SILVER, date(2027, 1, 1))


def test_without_a_grace_a_tier_ends_on_the_day_that_time_takes_it() -> None:
    rules = YEAR.model_copy(update={"grace_days": 0})
    assert review(qualified(1_000, rules=rules), date(2027, 1, 1), rules).tier == BRONZE


def test_a_late_refund_of_what_counts_no_more_changes_nothing_in_the_window() -> None:
    silver = requalify(qualified(1_000, rules=ROLLING), 1_000, date(2027, 7, 1), date(2027, 7, 1), ROLLING)
    after = requalify(silver, -1_000, MAY, date(2027, 7, 2), ROLLING)
    assert (after.tier, qualifying_on(after, date(2027, 7, 2), ROLLING)) == (SILVER, 1_000)
    assert after.qualifying["ever"] == 1_000


def test_fourteen_months_are_kept_and_no_more() -> None:
    state = fresh(ROLLING)
    for month in range(40):
        day = date(2026 + month // 12, month % 12 + 1, 15)
        state = requalify(state, 10, day, day, ROLLING)
    assert (len(state.qualifying), state.qualifying["ever"]) == (15, 400)


def test_another_measure_begins_anew_and_the_tier_stays_for_its_grace() -> None:
    by_orders = Tiers(by=TierBy.ORDERS, rungs=(TierLevel(tier=BRONZE, threshold=0), TierLevel(tier=GOLD, threshold=3)))
    gold = qualified(5_000)
    assert qualified_tier(gold, MAY, by_orders) == BRONZE
    kept = review(gold, MAY, by_orders)
    assert (kept.tier, kept.kept_until) == (GOLD, date(2026, 6, 18))
    third = kept
    for _ in range(3):
        third = requalify(third, 1, MAY, MAY, by_orders)
    assert (third.tier, third.kept_until, third.qualifying["ever"]) == (GOLD, None, 3)


def test_higher_thresholds_are_noticed_the_next_time_an_account_is_looked_at() -> None:
    dearer = Tiers(rungs=(TierLevel(tier=BRONZE, threshold=0), TierLevel(tier=SILVER, threshold=2_000)))
    assert review_on(qualified(1_000), MAY, dearer) == MAY
    assert review(qualified(1_000), MAY, dearer).kept_until == date(2026, 6, 18)


def test_two_who_are_one_have_what_both_did_and_lose_neither_tier() -> None:
    both = merge(qualified(600), qualified(600), MAY, LIFE)
    assert (both.tier, both.qualifying["ever"]) == (SILVER, 1_200)
    kept = review(qualified(1_000, rules=YEAR), date(2027, 1, 1), YEAR)
    assert merge(fresh(YEAR), kept, date(2027, 1, 2), YEAR).tier == SILVER


def test_the_joint_amounts_are_of_the_months_of_both() -> None:
    one, other = qualified(600, date(2026, 3, 1)), qualified(500, date(2026, 4, 1))
    assert merge(one, other, MAY, LIFE).qualifying == {EVER: 1_100, "2026-03": 600, "2026-04": 500}
    assert merge(one, fresh(LIFE), MAY, LIFE).qualifying == one.qualifying


def test_nothing_qualifies_for_somebody_new_nor_by_another_measure() -> None:
    first_order = Tiers(
        by=TierBy.ORDERS, rungs=(TierLevel(tier=BRONZE, threshold=0), TierLevel(tier=SILVER, threshold=1))
    )
    for state, rules in [(fresh(LIFE), LIFE), (fresh(first_order), first_order), (qualified(9_000), first_order)]:
        assert (qualifying_on(state, MAY, rules), qualified_tier(state, MAY, rules)) == (0, BRONZE)
    assert requalify(fresh(first_order), 1, MAY, MAY, first_order).tier == SILVER


def test_a_projection_looks_at_the_day_after_the_period() -> None:
    assert (period_end(MAY, LIFE), period_end(MAY, YEAR)) == (None, date(2026, 12, 31))
    assert period_end(MAY, ROLLING) == date(2026, 5, 31)
    assert projected(qualified(1_000), MAY, LIFE) == SILVER
    assert projected(qualified(1_000, rules=YEAR), MAY, YEAR) == BRONZE
    assert projected(qualified(1_000, rules=ROLLING), MAY, ROLLING) == SILVER
    assert projected(qualified(1_000, rules=ROLLING), date(2027, 5, 3), ROLLING) == BRONZE


MONTHS = st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(lambda day: day.isoformat()[:7])


@given(st.dictionaries(MONTHS, st.integers(-(10**6), 10**6).filter(bool), max_size=14), st.integers(0, 10**6))
def test_what_counts_is_kept_by_month_and_read_as_it_was_written(months: dict[str, int], ever: int) -> None:
    qualifying = {EVER: ever, **months}
    assert read_qualifying(json.loads(json.dumps(write_qualifying(qualifying)))) == qualifying


@pytest.mark.parametrize(
    ("qualifying", "written"),
    [
        ({}, [0]),
        ({EVER: 7}, [7]),
        ({"2026-05": 5}, [0, "2026-05", 5]),
        ({EVER: 9, "2025-11": 4, "2026-01": 5}, [9, "2025-11", 4, 0, 5]),
    ],
)
def test_months_are_written_from_the_first_through_the_last(qualifying: dict[str, int], written: list[object]) -> None:
    assert write_qualifying(qualifying) == written


def test_a_year_of_months_names_only_its_first() -> None:
    qualifying = {EVER: 9_000, **{f"2026-{month:02}": 500 for month in range(1, 13)}}
    assert write_qualifying(qualifying) == [9_000, "2026-01", *[500] * 12]


def test_an_amount_told_late_gives_the_tier_that_it_would_have_given_on_its_day() -> None:
    """Of the last day of a year, and told on 2 January: in time it had been kept through the grace."""
    new_year = date(2027, 1, 2)
    late = requalify(fresh(YEAR), 5_000, date(2026, 12, 31), new_year, YEAR)
    in_time = review(
        requalify(fresh(YEAR), 5_000, date(2026, 12, 31), date(2026, 12, 31), YEAR), date(2027, 1, 1), YEAR
    )
    assert late == in_time
    assert (late.tier, late.since, late.kept_until) == (GOLD, date(2026, 12, 31), date(2027, 1, 30))


def test_an_amount_told_after_the_grace_of_its_tier_gives_none() -> None:
    late = requalify(fresh(YEAR), 5_000, date(2026, 12, 31), date(2027, 1, 31), YEAR)
    assert late.tier == BRONZE


@pytest.mark.parametrize("rules", WINDOWS)
def test_a_tier_is_held_since_the_day_on_which_it_was_reached_and_no_longer(rules: Tiers) -> None:
    june = date(2026, 6, 20)
    before = requalify(fresh(rules), 900, june, june, rules)
    assert requalify(before, 100, MAY, june, rules).since == june
    assert requalify(before, 1_000, MAY, june, rules).since == MAY


@given(
    st.sampled_from(WINDOWS),
    st.lists(st.tuples(st.integers(0, 31), st.integers(1, 3_000)), max_size=12),
    st.randoms(use_true_random=False),
)
def test_in_whatever_order_amounts_of_a_month_are_told_the_tier_is_the_same(
    rules: Tiers, amounts: list[tuple[int, int]], rng: Random
) -> None:
    today, states = date(2027, 1, 10), []
    for _ in range(2):
        state = fresh(rules)
        for days, amount in amounts:
            state = requalify(state, amount, today - timedelta(days), today, rules)
        states.append(state.tier)
        rng.shuffle(amounts)
    assert states[0] is states[1]


GIVEN = GivenTier(SILVER, date(2026, 6, 10))


def test_a_given_tier_holds_through_its_last_day_and_has_no_grace() -> None:
    vip = give(fresh(LIFE), GIVEN, MAY, LIFE)
    assert (vip.tier, vip.since) == (SILVER, MAY)
    assert review_on(vip, MAY, LIFE) == date(2026, 6, 11)
    assert review(vip, date(2026, 6, 10), LIFE) == vip
    ended = review(vip, date(2026, 6, 11), LIFE)
    assert (ended.tier, ended.kept_until, ended.given) == (BRONZE, None, None)


def test_without_an_end_it_holds_until_it_is_taken_back() -> None:
    vip = give(fresh(YEAR), GivenTier(GOLD, None), MAY, YEAR)
    assert review_on(vip, MAY, YEAR) is None
    assert review(vip, date(2036, 1, 1), YEAR).tier == GOLD
    assert give(vip, None, date(2036, 1, 1), YEAR).tier == BRONZE


def test_orders_lift_above_a_given_tier_and_their_return_ends_at_it() -> None:
    vip = give(fresh(LIFE), GIVEN, MAY, LIFE)
    bought = requalify(vip, 6_000, MAY, MAY, LIFE)
    assert bought.tier == GOLD
    assert requalify(bought, -6_000, MAY, MAY, LIFE).tier == SILVER
    assert requalify(vip, -50, MAY, MAY, LIFE).tier == SILVER


def test_a_tier_that_orders_reach_as_well_outlives_the_given_one() -> None:
    both = requalify(give(fresh(LIFE), GIVEN, MAY, LIFE), 1_000, MAY, MAY, LIFE)
    assert review(both, date(2026, 6, 11), LIFE).tier == SILVER
    assert give(both, None, MAY, LIFE).tier == SILVER


def test_a_given_tier_neither_shortens_nor_renews_the_grace_beneath_it() -> None:
    bought = requalify(fresh(YEAR), 1_000, MAY, MAY, YEAR)
    for until in (date(2027, 1, 5), date(2027, 1, 30), date(2027, 2, 20)):
        state, today = give(bought, GivenTier(SILVER, until), MAY, YEAR), MAY
        lost = max(until, date(2027, 1, 30)) + timedelta(days=1)
        while (look := review_on(state, today, YEAR)) and look < lost:
            state, today = review(state, look, YEAR), look
            assert state.tier == SILVER
        assert look == lost
        assert review(state, lost, YEAR).tier == BRONZE


def test_a_lower_tier_that_staff_give_leaves_a_grace_as_it_is() -> None:
    upper = (TierLevel(tier=SILVER, threshold=8_000), TierLevel(tier=GOLD, threshold=9_000))
    steeper = Tiers(rungs=(*LIFE.rungs[:1], *upper))
    grace = review(qualified(6_000), MAY, steeper)
    assert (grace.tier, grace.kept_until) == (GOLD, date(2026, 6, 18))
    given = give(grace, GivenTier(SILVER, None), MAY, steeper)
    assert (given.tier, given.kept_until) == (GOLD, date(2026, 6, 18))
    assert review(given, date(2026, 6, 19), steeper).tier == SILVER
    back = give(given, None, MAY, steeper)
    assert (back.tier, back.kept_until) == (GOLD, date(2026, 6, 18))


def test_each_look_at_a_given_tier_is_later_than_the_one_before() -> None:
    state, today = give(qualified(1_000, rules=YEAR), GivenTier(GOLD, None), MAY, YEAR), MAY
    looks = []
    while (look := review_on(state, today, YEAR)) and len(looks) < 9:
        looks.append(look)
        state, today = review(state, look, YEAR), look
    assert looks == [date(2027, 1, 1), date(2027, 1, 31)]
    assert state.tier == GOLD


def test_a_lower_given_tier_changes_nothing_that_orders_reach() -> None:
    gold = qualified(6_000)
    assert give(gold, GIVEN, MAY, LIFE).tier == GOLD


def test_another_given_tier_takes_the_place_of_the_one_before() -> None:
    vip = give(fresh(LIFE), GivenTier(GOLD, None), MAY, LIFE)
    assert give(vip, GIVEN, MAY, LIFE).tier == SILVER


def test_one_person_has_the_better_of_two_given_tiers() -> None:
    longer = GivenTier(SILVER, None)
    one, other = give(fresh(LIFE), GIVEN, MAY, LIFE), give(fresh(LIFE), longer, MAY, LIFE)
    for both in (merge(one, other, MAY, LIFE), merge(other, one, MAY, LIFE)):
        assert both.given
        assert both.given[:2] == longer[:2]
    gold = give(fresh(LIFE), GivenTier(GOLD, date(2026, 5, 21)), MAY, LIFE)
    assert merge(one, gold, MAY, LIFE).tier == GOLD
    assert merge(one, fresh(LIFE), MAY, LIFE).tier == SILVER
    over = give(fresh(LIFE), GivenTier(GOLD, date(2026, 5, 19)), MAY, LIFE)
    assert merge(one, over, MAY, LIFE).tier == SILVER


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 6_000), st.sampled_from(WINDOWS))
def test_nobody_is_below_a_given_tier_while_it_holds_nor_by_it_afterwards(
    length: int, later: int, amount: int, rules: Tiers
) -> None:
    until, day = MAY + timedelta(days=length), MAY + timedelta(days=later)
    without = requalify(fresh(rules), amount, MAY, MAY, rules)
    state = give(without, GivenTier(SILVER, until), MAY, rules)
    today = MAY
    while (look := review_on(state, today, rules)) and look <= day:
        state, today = review(state, look, rules), look
    expected = foreseen(without, MAY, day, rules)
    if day <= until:
        assert state.tier in {SILVER, GOLD}
        assert state.tier in {SILVER, expected}
    elif state.kept_until is None:
        assert state.tier == qualified_tier(replace(state, given=None), day, rules)
