"""The ready-made segments at their exact bounds, and the days on which time alone moves customers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segments.definitions.models import Condition, Facts
from segments.definitions.ready_made import READY_MADE
from segments.definitions.rules import AllOf, AnyOf, DaysSince, Is, Number, facts_of, next_flip
from segments.features.models import CurrencyStats, Features, Registration
from shared.events.customers import CustomerStatus
from shared.items.table import LARGEST_TRANSACTION

TODAY = date(2026, 6, 1)
# Past every bound of the ready-made segments, counted from the last day a fact can have.
HORIZON = 140


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def facts(orders: int = 0, spent: str = "0", registered: int | None = None, last_order: int | None = None) -> Facts:
    """Facts with days counted back from today."""
    return Facts(
        orders=orders,
        spent=Decimal(spent),
        registered_on=None if registered is None else ago(registered),
        last_order_on=None if last_order is None else ago(last_order),
    )


@pytest.mark.parametrize(
    ("segment", "who", "belongs"),
    [
        ("high_value", facts(1, "1000.01", last_order=90), True),
        ("high_value", facts(1, "1000.00", last_order=0), False),
        ("high_value", facts(1, "1000.01", last_order=91), False),
        ("high_value", facts(), False),
        ("at_risk", facts(1, "1000.01", last_order=91), True),
        ("at_risk", facts(1, "1000.01", last_order=90), False),
        ("at_risk", facts(1, "1000.00", last_order=91), False),
        ("at_risk", facts(5, "10.00", last_order=91), True),
        ("at_risk", facts(4, "10.00", last_order=91), False),
        ("at_risk", facts(5, "10.00", last_order=90), False),
        ("new", facts(2, registered=30, last_order=0), True),
        ("new", facts(0, registered=0), True),
        ("new", facts(2, registered=31, last_order=0), False),
        ("new", facts(3, registered=30, last_order=0), False),
        ("new", facts(1, last_order=1), False),
        ("one_time", facts(1, "10.00", last_order=31), True),
        ("one_time", facts(1, "10.00", last_order=30), False),
        ("one_time", facts(2, "10.00", last_order=31), False),
        ("one_time", facts(0, registered=400), False),
        ("frequent", facts(6, "10.00", last_order=400), True),
        ("frequent", facts(5, "10.00", last_order=0), False),
    ],
)
def test_who_belongs_to_a_segment(segment: str, who: Facts, belongs: bool) -> None:
    assert READY_MADE[segment].rule.holds(who, TODAY) is belongs


def test_each_segment_is_listed_under_its_id_and_no_two_rules_are_one() -> None:
    assert all(segment_id == definition.id for segment_id, definition in READY_MADE.items())
    assert len({str(definition.rule) for definition in READY_MADE.values()}) == len(READY_MADE)


def test_a_row_can_move_through_all_segments_in_one_transaction() -> None:
    assert len(READY_MADE) + 1 <= LARGEST_TRANSACTION


def test_rules_read_as_they_count() -> None:
    assert {segment_id: str(definition.rule) for segment_id, definition in READY_MADE.items()} == {
        "at_risk": "(spent > 1000 or orders >= 5) and days_since_last_order > 90",
        "frequent": "orders > 5",
        "high_value": "spent > 1000 and days_since_last_order <= 90",
        "new": "days_since_registration <= 30 and orders < 3",
        "one_time": "orders = 1 and days_since_last_order > 30",
    }


@pytest.mark.parametrize(
    ("compares", "below", "equal", "above"),
    [
        (Is.OVER, False, False, True),
        (Is.AT_LEAST, False, True, True),
        (Is.UNDER, True, False, False),
        (Is.AT_MOST, True, True, False),
        (Is.EXACTLY, False, True, False),
    ],
)
def test_comparisons(compares: Is, below: bool, equal: bool, above: bool) -> None:
    assert [compares.true_of(value, 5) for value in (4, 5, 6)] == [below, equal, above]


days = st.integers(min_value=-5, max_value=120)
any_facts = st.builds(
    facts,
    orders=st.integers(0, 8),
    spent=st.sampled_from(["0", "999.99", "1000", "1000.01", "5000"]),
    registered=st.none() | days,
    last_order=st.none() | days,
)
leaves: st.SearchStrategy[Condition] = st.builds(
    Number, st.sampled_from(["orders", "spent"]), st.sampled_from(Is), st.sampled_from([1, 5, 1000])
) | st.builds(DaysSince, st.sampled_from(["registered_on", "last_order_on"]), st.sampled_from(Is), st.integers(0, 120))
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)
any_rule = st.sampled_from([definition.rule for definition in READY_MADE.values()]) | conditions


@pytest.mark.parametrize(
    ("compares", "after"),
    [(Is.OVER, [31]), (Is.AT_LEAST, [30]), (Is.UNDER, [30]), (Is.AT_MOST, [31]), (Is.EXACTLY, [30, 31])],
)
def test_time_alone_changes_a_comparison_of_days_at_its_bound_or_the_day_after(compares: Is, after: list[int]) -> None:
    rule, who = DaysSince("last_order_on", compares, 30), facts(last_order=0)
    flips, day = [], TODAY
    while found := next_flip(rule, who, day):
        flips.append((found - TODAY).days)
        day = found
    assert flips == after


@given(rule=any_rule, who=any_facts)
def test_the_next_flip_is_the_first_day_whose_answer_differs(rule: Condition, who: Facts) -> None:
    future = (TODAY + timedelta(days=ahead) for ahead in range(1, 2 * HORIZON))
    first = next((day for day in future if rule.holds(who, day) != rule.holds(who, TODAY)), None)
    assert next_flip(rule, who, TODAY) == first


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def test_orders_and_days_count_in_any_currency_and_money_in_the_shops_alone() -> None:
    features = Features(
        Registration(1, at(1), CustomerStatus.ACTIVE),
        (
            CurrencyStats(1, "EUR", 2, 90_000, at(2), at(20)),
            CurrencyStats(4, "USD", 3, 123_456, at(3), at(10)),
        ),
    )
    seen = facts_of(features, "USD")
    assert (seen.orders, seen.spent) == (5, Decimal("1234.56"))
    assert (seen.registered_on, seen.last_order_on) == (date(2026, 5, 1), date(2026, 5, 20))


def test_a_shop_whose_currency_has_no_minor_unit_counts_whole_units() -> None:
    features = Features(stats=(CurrencyStats(1, "JPY", 1, 1001, at(1), at(1)),))
    assert facts_of(features, "JPY").spent == Decimal(1001)


def test_a_day_is_one_of_utc() -> None:
    late_abroad = datetime.fromisoformat("2026-05-31T22:30:00-04:00")
    features = Features(stats=(CurrencyStats(1, "USD", 1, 1, late_abroad, late_abroad),))
    assert facts_of(features, "USD").last_order_on == date(2026, 6, 1)


def test_nothing_is_known_of_somebody_without_features() -> None:
    assert facts_of(Features(), "USD") == Facts()
