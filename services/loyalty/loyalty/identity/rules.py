"""What the surviving account takes over from the merged one, beside the ledger's balances."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime


def earliest(*moments: datetime | None) -> datetime | None:
    """The first of the moments that are known."""
    return min((moment for moment in moments if moment), default=None)


def latest_day(*days: date | None) -> date | None:
    """The last of the days that are known."""
    return max((day for day in days if day), default=None)


def warned_until(today: date, missing_since: Iterable[date | None]) -> date:
    """Through which day all warnings have been given, where accounts that wait for the job have theirs since then.

    An account that does not wait for it has been given all of its own.
    """
    return min((day for day in missing_since if day), default=today)


def people_of(merged: str, before_it: Iterable[str] | None, already: Iterable[str] | None) -> tuple[str, ...]:
    """Everyone who turned out to be the survivor, once `merged` is one of them, with all who were `merged`."""
    return tuple(dict.fromkeys((*(already or ()), *(before_it or ()), merged)))
