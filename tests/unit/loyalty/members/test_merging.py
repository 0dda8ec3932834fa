"""What goes on of two customers who are one."""

from __future__ import annotations

from datetime import UTC, date, datetime

from loyalty.identity.rules import earliest, latest_day, people_of, warned_until

ONE, OTHER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
TODAY = date(2026, 5, 20)


def test_it_began_with_whoever_began_first_as_far_as_is_known() -> None:
    assert earliest(OTHER, ONE) == ONE
    assert earliest(None, OTHER) == OTHER
    assert earliest(None, None) is None


def test_the_last_use_of_either_counts() -> None:
    assert latest_day(date(2026, 1, 1), None, date(2026, 2, 1)) == date(2026, 2, 1)
    assert latest_day(None, None) is None


def test_warnings_that_the_job_has_yet_to_give_are_not_lost() -> None:
    assert warned_until(TODAY, []) == TODAY
    assert warned_until(TODAY, [date(2026, 5, 1), date(2026, 4, 1)]) == date(2026, 4, 1)
    assert warned_until(TODAY, [None]) == TODAY


def test_whoever_had_become_the_one_becomes_the_other_with_them_and_none_twice() -> None:
    assert people_of("b", None, None) == ("b",)
    assert people_of("b", ("c", "d"), ("e", "c")) == ("e", "c", "d", "b")
