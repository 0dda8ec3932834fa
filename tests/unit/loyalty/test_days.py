"""The shop's calendar, and how long points live in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.days import NEVER, day_after, day_of, lot_of, month_end, months_after, start_of, year_end
from loyalty.ledger.balances import Activation, Balances
from loyalty.ledger.due_dates import Notice, Watch, last_days, next_due, warnings
from loyalty.points.rules import last_day, lot_for
from loyalty.programme.models import Expiry, ExpiryMode

ZONES = ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "America/Sao_Paulo", "Europe/Berlin"]


@pytest.mark.parametrize(
    ("mode", "months", "given_on", "last"),
    [
        (ExpiryMode.MONTHS, 1, "2025-01-31", "2025-02-28"),
        (ExpiryMode.MONTHS, 1, "2024-01-31", "2024-02-29"),
        (ExpiryMode.MONTHS, 12, "2024-02-29", "2025-02-28"),
        (ExpiryMode.MONTHS, 48, "2024-02-29", "2028-02-29"),
        (ExpiryMode.MONTH_END, 12, "2025-02-10", "2026-02-28"),
        (ExpiryMode.MONTH_END, 12, "2023-02-10", "2024-02-29"),
        (ExpiryMode.MONTH_END, 1, "2025-01-31", "2025-02-28"),
        (ExpiryMode.YEAR_END, 12, "2025-01-01", "2026-12-31"),
        (ExpiryMode.YEAR_END, 1, "2025-12-05", "2026-12-31"),
        (ExpiryMode.INACTIVITY, 6, "2025-01-01", "9999-12-31"),
        (ExpiryMode.NEVER, 12, "2025-01-01", "9999-12-31"),
    ],
)
def test_the_last_day_of_points(mode: ExpiryMode, months: int, given_on: str, last: str) -> None:
    assert last_day(date.fromisoformat(given_on), Expiry(mode=mode, months=months)) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("given_on", "last", "exact", "lot"),
    [
        ("2026-01-01", "2026-02-01", False, "2026-02-01"),  # 31 days
        ("2026-01-01", "2026-02-02", False, "2026-02-28"),  # 32
        ("2026-01-01", "2026-02-02", True, "2026-02-02"),
        ("2026-01-01", "2027-01-01", False, "2027-01-31"),
        ("2026-01-01", "2027-01-31", False, "2027-01-31"),
        ("2027-02-10", "2028-02-10", False, "2028-02-29"),
    ],
)
def test_lots_beyond_a_month_are_months_and_end_later_rather_than_sooner(
    given_on: str, last: str, exact: bool, lot: str
) -> None:
    assert lot_of(date.fromisoformat(last), date.fromisoformat(given_on), exact=exact).isoformat() == lot


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.integers(1, 120), st.sampled_from(ExpiryMode), st.booleans())
def test_no_lot_ends_before_its_points_and_none_a_month_after(
    given_on: date, months: int, mode: ExpiryMode, exact: bool
) -> None:
    expiry = Expiry(mode=mode, months=months, exact_days=exact)
    last, lot = last_day(given_on, expiry), lot_for(given_on, expiry)
    assert last <= lot
    assert (lot - last).days < 31
    assert given_on < last


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.integers(0, 120))
def test_months_later_is_in_that_month_and_never_on_a_later_day_of_it(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, month_end(later).day)


def test_the_ends_of_months_and_years() -> None:
    assert (month_end(date(2024, 2, 1)), month_end(date(2100, 2, 1))) == (date(2024, 2, 29), date(2100, 2, 28))
    assert (year_end(date(2026, 1, 1)), day_after(date(2026, 12, 31))) == (date(2026, 12, 31), date(2027, 1, 1))
    assert day_after(NEVER) == NEVER


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", "2026-03-01T00:00:00+00:00", "2026-03-01"),
        ("America/New_York", "2026-03-01T04:59:00+00:00", "2026-02-28"),
        ("America/New_York", "2026-03-01T05:00:00+00:00", "2026-03-01"),
        ("Asia/Kathmandu", "2026-02-28T18:15:00+00:00", "2026-03-01"),
        ("Pacific/Kiritimati", "2026-02-28T10:00:00+00:00", "2026-03-01"),
    ],
)
def test_a_day_is_the_shops_own(zone: str, moment: str, day: str) -> None:
    assert day_of(datetime.fromisoformat(moment), zone).isoformat() == day


@given(st.dates(date(1990, 1, 1), date(2035, 12, 31)), st.sampled_from(ZONES))
def test_a_day_begins_on_that_day_and_no_sooner(day: date, zone: str) -> None:
    """Also where clocks go forward at midnight, as they did in São Paulo."""
    begins = start_of(day, zone)
    assert day_of(begins, zone) == day
    assert day_of(begins - timedelta(seconds=1), zone) == day - timedelta(days=1)


LOT = date(2026, 12, 31)


def watching(day: str, *warn_days: int, idle_months: int | None = None) -> Watch:
    return Watch(date.fromisoformat(day), "UTC", warn_days, idle_months)


@pytest.mark.parametrize(
    ("since", "today", "days"),
    [
        ("2026-11-01", "2026-11-30", None),
        ("2026-11-30", "2026-12-01", 30),
        ("2026-12-01", "2026-12-01", None),  # the same day again
        ("2026-12-01", "2026-12-23", None),
        ("2026-12-01", "2026-12-24", 7),
        ("2026-11-01", "2026-12-05", 30),  # late
        ("2026-11-01", "2026-12-28", 7),  # so late that the last one is enough
        ("2026-12-01", "2026-12-31", 7),  # on the very last day
        ("2026-12-01", "2027-01-01", None),  # over
    ],
)
def test_each_warning_comes_once_and_a_late_one_rather_than_none(since: str, today: str, days: int | None) -> None:
    found = warnings({LOT: 5}, date.fromisoformat(since), watching(today, 30, 7))
    assert found == ([Notice(LOT, days)] if days else [])


def test_each_lot_has_its_own_warnings() -> None:
    later = date(2027, 1, 23)
    found = warnings({later: 3, LOT: 5}, date(2026, 12, 1), watching("2026-12-24", 30, 7))
    assert found == [Notice(LOT, 7), Notice(later, 30)]


def test_the_next_look_is_at_the_soonest_of_all_that_comes() -> None:
    watch = watching("2026-05-01", 30, 7)
    balances = Balances(lots={LOT: 5}, pending={Activation(date(2026, 6, 1), LOT): 3})
    assert next_due(balances, None, watch.today, watch, ()) == datetime(2026, 6, 1, tzinfo=UTC)
    assert next_due(Balances(lots={LOT: 5}), None, watch.today, watch, ()) == datetime(2026, 12, 1, tzinfo=UTC)
    assert next_due(Balances(lots={LOT: 5}), None, LOT, watch, ()) == datetime(2027, 1, 1, tzinfo=UTC)
    assert next_due(Balances(lots={NEVER: 5}), None, watch.today, watch, ()) is None
    assert next_due(Balances(), None, watch.today, watch, ()) is None


def test_what_lives_by_activity_ends_together_so_many_months_after_it() -> None:
    watch = watching("2026-05-01", idle_months=6)
    assert last_days({NEVER: 5}, date(2026, 8, 31), watch) == {date(2027, 2, 28): 5}
    assert last_days({NEVER: 5, date(2027, 2, 28): 2}, date(2026, 8, 31), watch) == {date(2027, 2, 28): 7}
    assert next_due(Balances(lots={NEVER: 5}), date(2026, 1, 31), None, watch, ()) == datetime(2026, 8, 1, tzinfo=UTC)
