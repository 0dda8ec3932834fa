"""Reports the books at the end of a past day."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from loyalty.liability import store
from loyalty.liability.items import Progress
from loyalty.liability.models import LiabilityQuery, LiabilityView, table_of
from shared import clock
from shared.errors import NotFoundError


class DayNotClosedError(NotFoundError):
    """No books exist for this day: it is not closed yet, or it was before the ledger began."""

    slug = "day-not-closed"
    title = "There are no books of this day"


def report_liability(query: LiabilityQuery) -> LiabilityView:
    """The liability to customers at the end of a day.

    It takes one read, and one more if no day is named or none is found. Raises DayNotClosedError with the available
    days.
    """
    day = _day(query)
    closed = store.find_closed(query.ledger, day) if day else None
    if closed is None:
        raise _not_closed(query.ledger, store.find_progress())
    return LiabilityView.of(closed)


def tabulate_liability(query: LiabilityQuery) -> str:
    """The report as CSV (RFC 4180). Raises DayNotClosedError."""
    text = io.StringIO()
    csv.writer(text).writerows(table_of(report_liability(query)))
    return text.getvalue()


def _day(query: LiabilityQuery) -> date | None:
    yesterday = clock.now().date() - timedelta(days=1)
    if query.as_of == yesterday + timedelta(days=1):
        return yesterday
    if query.as_of:
        return query.as_of
    progress = store.find_progress()
    return progress.day - timedelta(days=1) if progress else None


def _not_closed(ledger: str, progress: Progress | None) -> DayNotClosedError:
    closed = progress.ledgers.get(ledger) if progress else None
    if progress is None or closed is None:
        return DayNotClosedError("No day of this ledger is closed yet.")
    days = {"first_day": closed.first_day.isoformat(), "last_day": (progress.day - timedelta(days=1)).isoformat()}
    return DayNotClosedError("See first_day and last_day for the days that there are.", extensions=days)
