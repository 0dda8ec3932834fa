"""When lots are overdue, and at which moment an account is due next."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

import pytest

from loyalty.days import NEVER
from loyalty.ledger.balances import Activation, Balances, Hold, Lots
from loyalty.ledger.due_dates import (
    DueDates,
    Notice,
    Watch,
    is_reached,
    last_days,
    minute_of,
    next_dates,
    next_due,
    overdue_lots,
    warnings_at_once,
)

MARCH, APRIL, JULY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 7, 31)
# Idle points of an account that was active on this day end after six months, with July.
ACTIVE: Final = date(2026, 1, 31)
NOW: Final = datetime(2026, 5, 1, 12, 30, 59, tzinfo=UTC)


def watch(today: date, *, idle_months: int | None = None, warn_days: tuple[int, ...] = ()) -> Watch:
    return Watch(today, "UTC", warn_days, idle_months)


@pytest.mark.parametrize(
    ("lots", "today", "idle_months", "overdue"),
    [
        ({}, JULY, 6, {}),
        ({MARCH: 5, APRIL: 2}, MARCH, None, {}),
        ({MARCH: 5, APRIL: 2}, date(2026, 4, 1), None, {MARCH: 5}),
        ({MARCH: 5, APRIL: 2}, APRIL, None, {MARCH: 5}),
        ({NEVER: 5}, date(9999, 12, 31), None, {}),
        ({NEVER: 5}, JULY, 6, {}),
        ({NEVER: 5}, date(2026, 8, 1), 6, {NEVER: 5}),
        # A lot with a day of its own ends on that day, whatever the activity was.
        ({MARCH: 5, NEVER: 2}, date(2026, 4, 1), 6, {MARCH: 5}),
        ({date(2026, 12, 31): 5, NEVER: 2}, date(2026, 8, 1), 6, {NEVER: 2}),
        ({MARCH: 5, NEVER: 2}, date(2026, 8, 1), 6, {MARCH: 5, NEVER: 2}),
    ],
)
def test_a_lot_is_overdue_on_the_day_after_its_last_day(
    lots: Lots, today: date, idle_months: int | None, overdue: Lots
) -> None:
    assert overdue_lots(lots, ACTIVE, watch(today, idle_months=idle_months)) == overdue


def test_an_account_without_activity_counts_as_active_today() -> None:
    assert last_days({NEVER: 5}, None, watch(ACTIVE, idle_months=6)) == {JULY: 5}
    assert last_days({MARCH: 5}, None, watch(ACTIVE, idle_months=6)) == {MARCH: 5}
    assert last_days({}, None, watch(ACTIVE, idle_months=6)) == {}


MAY: Final = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("balances", "warned_on", "others", "due"),
    [
        (Balances(lots={JULY: 5}), MAY, (), date(2026, 7, 1)),
        # The warning of this day was given: the next one is seven days before the end.
        (Balances(lots={JULY: 5}), date(2026, 7, 1), (), date(2026, 7, 24)),
        (Balances(lots={JULY: 5}), date(2026, 7, 24), (), date(2026, 8, 1)),
        # No warning was ever given: those before today are not given late.
        (Balances(lots={date(2026, 5, 20): 5}), None, (), date(2026, 5, 13)),
        (Balances(lots={JULY: 5}, pending={Activation(date(2026, 6, 1), JULY): 3}), MAY, (), date(2026, 6, 1)),
        (Balances(lots={JULY: 5}), MAY, (date(2026, 6, 2), date(2026, 6, 3)), date(2026, 6, 2)),
        (Balances(lots={JULY: 5}), MAY, (date(2026, 7, 2),), date(2026, 7, 1)),
        (Balances(lots={NEVER: 5}), MAY, (date(2026, 7, 2),), date(2026, 7, 2)),
    ],
)
def test_an_account_is_due_at_the_soonest_of_its_days_and_of_other_moments(
    balances: Balances, warned_on: date | None, others: tuple[date, ...], due: date
) -> None:
    moments = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in others]
    found = next_due(balances, None, warned_on, watch(MAY, warn_days=(30, 7)), moments)
    assert found == datetime(due.year, due.month, due.day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kept", "soonest", "stored"),
    [
        (None, None, None),
        (None, NOW, "2026-05-01T12:30Z"),
        ("2026-05-01T12:31Z", None, "2026-05-01T12:31Z"),
        ("2026-05-02T00:00Z", NOW + timedelta(hours=1), "2026-05-01T13:30Z"),
        ("2026-05-01T12:31Z", NOW + timedelta(hours=1), "2026-05-01T12:31Z"),
        # The stored moment has come: it is of no use any more.
        ("2026-05-01T12:30Z", NOW + timedelta(hours=1), "2026-05-01T13:30Z"),
        ("2026-05-01T12:30Z", None, None),
    ],
)
def test_a_moment_to_come_stays_stored_unless_a_sooner_one_is_known(
    kept: str | None, soonest: datetime | None, stored: str | None
) -> None:
    holds, others = ({"a-hold": Hold(soonest, {})}, [soonest]) if soonest else ({}, [])
    balances = Balances(holds=holds)
    found = next_dates(DueDates(kept, kept), balances, None, MAY, watch=watch(MAY), others=others, now=NOW)
    assert found == DueDates(stored, stored)


def test_of_several_holds_the_first_to_end_counts() -> None:
    holds = {f"h{hours}": Hold(NOW + timedelta(hours=hours), {}) for hours in (2, 1, 3)}
    found = next_dates(DueDates(None, None), Balances(holds=holds), None, MAY, watch=watch(MAY), others=(), now=NOW)
    assert found == DueDates(None, "2026-05-01T13:30Z")


def test_idle_points_are_due_by_the_last_activity_and_not_by_the_last_warning() -> None:
    idle, nothing = Balances(lots={NEVER: 5}), DueDates(None, None)
    found = next_dates(nothing, idle, ACTIVE, MAY, watch=watch(MAY, idle_months=6), others=(), now=NOW)
    assert found == DueDates("2026-08-01T00:00Z", None)


def test_a_stored_moment_is_a_minute_in_utc_and_is_reached_with_its_beginning() -> None:
    assert minute_of(datetime(2026, 5, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))) == "2026-04-30T23:30Z"
    minutes = (None, "2026-05-01T12:29Z", "2026-05-01T12:30Z", "2026-05-01T12:31Z")
    assert [is_reached(minute, NOW) for minute in minutes] == [False, True, True, False]


@pytest.mark.parametrize(
    ("before", "lots", "today", "warn_days", "given"),
    [
        ({}, {}, APRIL, (7, 30), []),
        ({}, {MARCH: 5}, date(2026, 3, 24), (), []),
        ({}, {MARCH: 5}, date(2026, 3, 23), (7, 30), []),
        ({}, {MARCH: 5}, date(2026, 3, 24), (7, 30), [Notice(MARCH, 7)]),
        ({}, {MARCH: 5}, MARCH, (30, 7), [Notice(MARCH, 7)]),
        ({}, {MARCH: 5}, APRIL, (7, 30), []),
        ({MARCH: 1}, {MARCH: 5}, date(2026, 3, 25), (7, 30), []),
        ({MARCH: 1}, {MARCH: 5, APRIL: 2}, date(2026, 3, 25), (7,), []),
        ({APRIL: 2}, {MARCH: 5, APRIL: 2, JULY: 1}, date(2026, 3, 25), (7,), [Notice(MARCH, 7)]),
    ],
)
def test_a_lot_that_begins_after_its_last_day_of_warning_is_warned_of_at_once(
    before: Lots, lots: Lots, today: date, warn_days: tuple[int, ...], given: list[Notice]
) -> None:
    assert warnings_at_once(before, lots, today, watch(today, warn_days=warn_days)) == given


def test_with_a_warning_at_once_all_that_are_due_are_given() -> None:
    today = date(2026, 4, 24)
    lots = {APRIL: 5, date(2026, 5, 1): 1, date(2026, 5, 2): 3}
    found = warnings_at_once({date(2026, 5, 1): 1}, lots, date(2026, 4, 22), watch(today, warn_days=(7,)))
    assert found == [Notice(APRIL, 7), Notice(date(2026, 5, 1), 7)]
