"""Who moves where, and when a row is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from segments.definitions.models import Facts
from segments.definitions.ready_made import READY_MADE
from segments.membership.rules import Moves, assess, due_day, moves_between

START = date(2026, 1, 1)
DEFINITIONS = tuple(READY_MADE.values())


def day(number: int) -> date:
    return START + timedelta(days=number)


def test_moves_are_what_leads_from_one_set_to_the_other() -> None:
    assert moves_between(["a", "c"], ["b", "c", "d"]) == Moves(entered=("b", "d"), left=("a",))
    assert moves_between(["a"], ["a"]) == Moves((), ())


def test_a_segment_that_is_no_longer_defined_is_left() -> None:
    assert moves_between(["retired"], assess(Facts(), DEFINITIONS, START).segments).left == ("retired",)


def test_somebody_is_looked_at_again_on_the_first_day_that_changes_anything() -> None:
    facts = Facts(orders=2, spent=Decimal(2_000), last_order_on=START)
    registered = replace(facts, registered_on=START)
    both, one = assess(registered, DEFINITIONS, START), assess(facts, DEFINITIONS, START)
    assert (sorted(both.segments), both.flips_on) == (["high_value", "new"], day(31))
    assert (sorted(one.segments), one.flips_on) == (["high_value"], day(91))


def test_the_due_day_comes_nearer_at_once() -> None:
    assert due_day(day(50), day(40), day(10)) == day(40)


def test_the_due_day_stays_when_it_could_be_later() -> None:
    assert due_day(day(50), day(60), day(10)) == day(50)
    assert due_day(day(50), None, day(10)) == day(50)


def test_the_due_day_moves_on_when_it_is_reached() -> None:
    assert due_day(day(10), day(60), day(10)) == day(60)
    assert due_day(day(9), None, day(10)) is None


def test_a_row_without_a_due_day_takes_the_next_one() -> None:
    assert due_day(None, day(60), day(10)) == day(60)
    assert due_day(None, None, day(10)) is None


# What happens to a customer on some days: orders placed (spending), or registration.
happenings = st.dictionaries(
    st.integers(0, 150),
    st.tuples(st.sampled_from(["order", "registration"]), st.sampled_from([1, 400, 1001])),
    max_size=8,
)


@given(happenings)
def test_looking_only_at_events_and_due_days_sees_what_looking_every_day_sees(
    happens: dict[int, tuple[str, int]],
) -> None:
    facts, kept, due = Facts(), frozenset[str](), None
    looks = 0
    for number in range(300):
        today = day(number)
        if number in happens:
            facts = _after(facts, happens[number], today)
        if number in happens or (due is not None and due <= today):
            state = assess(facts, DEFINITIONS, today)
            kept, due = state.segments, due_day(due, state.flips_on, today)
            looks += 1
        assert kept == assess(facts, DEFINITIONS, today).segments
    # Each happening is looked at, and causes few looks later: three bounds of time, and a due day that stayed.
    assert looks <= 5 * len(happens)


def _after(facts: Facts, happening: tuple[str, int], today: date) -> Facts:
    kind, amount = happening
    if kind == "registration":
        return Facts(facts.orders, facts.spent, today, facts.last_order_on)
    return Facts(facts.orders + 1, facts.spent + Decimal(amount), facts.registered_on, today)
