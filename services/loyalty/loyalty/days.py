"""The shop's calendar: its time zone, days and months, and the last day on which points given today can be used."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo

from shared.model import STORED

# The last day of what no calendar ends: points that never expire, or only for want of activity.
NEVER: Final = date.max
# What lives no longer than this keeps its day; the rest is put together by month, so that an account stays small.
DAYS_KEPT_APART: Final = 31
_UNKNOWN: Final = "Not a time zone of the IANA database, such as Europe/Berlin"
# Files beside the zones: the machine's own zone, rules and lists, and zones that count leap seconds.
_NO_PLACES: Final = ("localtime", "posix", "right/", "Factory")


def day_of(moment: datetime, zone: str) -> date:
    """The day that it is at `moment` in a time zone of the IANA database."""
    return moment.astimezone(ZoneInfo(zone)).date()


def start_of(day: date, zone: str) -> datetime:
    """The moment, in UTC, at which a day begins in a time zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_after(day: date) -> date:
    """The next day; there is none after the last."""
    return day if day == NEVER else day + timedelta(days=1)


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it is shorter: 31 January and 1 give 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, _length(year, month + 1)))


def month_end(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=_length(day.year, day.month))


def year_end(day: date) -> date:
    """The last day of its year."""
    return day.replace(month=12, day=31)


def lot_of(last_day: date, given: date, *, exact: bool) -> date:
    """The lot of what is given on a day and ends with `last_day`: its month's end, if that is over 31 days off.

    Rounded up, in the customer's favour. `exact` keeps every day apart, which makes accounts larger and dearer.
    """
    if exact or last_day == NEVER or last_day - given <= timedelta(days=DAYS_KEPT_APART):
        return last_day
    return month_end(last_day)


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _known_zone(name: str, info: ValidationInfo) -> str:
    if name.startswith(_NO_PLACES) and info.context is not STORED:
        raise ValueError(_UNKNOWN)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(_UNKNOWN) from None
    return name


TimeZone = Annotated[
    # No dots: a name becomes a path, and none needs one.
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9+_/-]{0,63}$"),
    AfterValidator(_known_zone),
    Field(description="IANA name: where the shop's days and months begin", examples=["Europe/Berlin"]),
]
