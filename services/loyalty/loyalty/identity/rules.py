"""The facts that the surviving account takes over from the merged one, beside the balances."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime


def earliest(*moments: datetime | None) -> datetime | None:
    """The first known moment."""
    return min((moment for moment in moments if moment), default=None)


def latest_day(*days: date | None) -> date | None:
    """The last known day."""
    return max((day for day in days if day), default=None)


def warned_until(today: date, missing_since: Iterable[date | None]) -> date:
    """The day through which the joint account has all its warnings.

    `missing_since` holds the day of the last warnings of each due account. An account that is not due has all of its
    warnings.
    """
    return min((day for day in missing_since if day), default=today)


def people_of(merged: str, before_it: Iterable[str] | None, already: Iterable[str] | None) -> tuple[str, ...]:
    """All customers merged into the survivor: `merged`, the customers merged into it before, and the survivor's own."""
    return tuple(dict.fromkeys((*(already or ()), *(before_it or ()), merged)))
