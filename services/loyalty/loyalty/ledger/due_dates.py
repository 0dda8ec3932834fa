"""The days on which points are activated, lots expire and warnings are due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from loyalty.days import NEVER, day_after, months_after, start_of
from loyalty.ledger.balances import Balances, Lots
from loyalty.programme.models import Programme

# The format in which accounts store moments.
MINUTES: Final = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True)
class Watch:
    """The settings of the programme that decide when an account is due.

    `idle_months` is set where lots end that many months after the last activity. `warn_days` are days before a lot's
    last day.
    """

    today: date
    zone: str
    warn_days: Sequence[int] = ()
    idle_months: int | None = None

    @classmethod
    def of(cls, programme: Programme, now: datetime, idle_months: int | None = None) -> Watch:
        return cls(programme.day_of(now), programme.time_zone, programme.expiry.warn_days, idle_months)


@dataclass(frozen=True)
class Notice:
    """A warning that a lot ends in so many days."""

    lot: date
    days: int


@dataclass(frozen=True)
class DueDates:
    """When an account is due, and when the first of its holds ends; in the stored format."""

    due_at: str | None
    hold_until: str | None


def next_dates(
    kept: DueDates,
    balances: Balances,
    active_on: date | None,
    warned_on: date | None,
    *,
    watch: Watch,
    others: Iterable[datetime],
    now: datetime,
) -> DueDates:
    """The dates to store after a change. `others` are due moments that do not follow from the balances.

    A date in an index stays until it is reached or an earlier one comes, even if its reason is gone. So most operations
    cost no write to the index.
    """
    ends = min((hold.until for hold in balances.holds.values()), default=None)
    return DueDates(
        _moment_to_keep(kept.due_at, next_due(balances, active_on, warned_on, watch, others), now),
        _moment_to_keep(kept.hold_until, ends, now),
    )


def next_due(
    balances: Balances, active_on: date | None, warned_on: date | None, watch: Watch, others: Iterable[datetime]
) -> datetime | None:
    """The next moment at which the account is due; None if nothing is to come."""
    days = _days(balances, active_on, warned_on, watch)
    return min((*others, *(start_of(day, watch.zone) for day in days)), default=None)


def last_days(lots: Lots, active_on: date | None, watch: Watch) -> Lots:
    """The lots by their actual last day. Lots that live by activity all end on the same day."""
    if watch.idle_months is None or not lots:
        return lots
    ends = months_after(active_on or watch.today, watch.idle_months)
    dated = {day: amount for day, amount in lots.items() if day != NEVER}
    idle = lots.get(NEVER, 0)
    return {**dated, ends: dated.get(ends, 0) + idle} if idle else dated


def overdue_lots(lots: Lots, active_on: date | None, watch: Watch) -> Lots:
    """The lots whose last day is over."""
    if not any(day < watch.today for day in last_days(lots, active_on, watch)):
        return {}
    idle = {day for day in lots if day == NEVER}
    ends = min(last_days(dict.fromkeys(idle, 1), active_on, watch), default=NEVER)
    return {day: amount for day, amount in lots.items() if (ends if day in idle else day) < watch.today}


def warnings(lots: Lots, warned_on: date | None, watch: Watch) -> list[Notice]:
    """The due warnings that were not given yet. If several are due for one lot, only the last counts."""
    since = warned_on or watch.today
    due = [
        Notice(lot, days)
        for lot in sorted(lots)
        if lot >= watch.today
        for days in watch.warn_days
        if since < _warned_on(lot, days) <= watch.today
    ]
    return [warning for warning in due if warning.days == min(other.days for other in due if other.lot == warning.lot)]


def warnings_at_once(before: Lots, lots: Lots, warned_on: date | None, watch: Watch) -> list[Notice]:
    """The warnings to give with an entry that begins a lot after the last day of warning: the lot's, and all due ones.

    `before` are the lots before the entry, by their actual last days, as `lots`. None if the entry begins no such lot:
    the job gives what is due, on its day. A lot that was there before had its warning.
    """
    shortest = min(watch.warn_days, default=0)
    begun = [lot for lot in lots if lot not in before and _warned_on(lot, shortest) <= watch.today <= lot]
    if not begun or not watch.warn_days:
        return []
    due = warnings(lots, warned_on, watch)
    told = {notice.lot for notice in due}
    return [*due, *(Notice(lot, shortest) for lot in sorted(begun) if lot not in told)]


def _moment_to_keep(kept: str | None, soonest: datetime | None, now: datetime) -> str | None:
    """The moment to store: a stored future moment stays, unless `soonest` comes before it."""
    wanted = minute_of(soonest) if soonest else None
    if kept is None or is_reached(kept, now):
        return wanted
    return min(kept, wanted) if wanted else kept


def _days(balances: Balances, active_on: date | None, warned_on: date | None, watch: Watch) -> Iterator[date]:
    lots = last_days(balances.lots, active_on, watch)
    yield from (day_after(lot) for lot in lots if lot != NEVER)
    yield from (where.on for where in balances.pending)
    since = warned_on or watch.today
    coming = (_warned_on(lot, days) for lot in lots if lot != NEVER for days in watch.warn_days)
    yield from (day for day in coming if day > since)


def _warned_on(lot: date, days: int) -> date:
    return lot - timedelta(days=days) if lot != NEVER else NEVER


def minute_of(moment: datetime) -> str:
    """A moment in the stored format, in UTC."""
    return moment.astimezone(UTC).strftime(MINUTES)


def is_reached(minute: str | None, now: datetime) -> bool:
    """Whether a stored moment has come."""
    return minute is not None and minute <= minute_of(now)
