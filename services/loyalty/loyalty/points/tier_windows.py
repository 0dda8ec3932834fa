"""The windows of time over which qualifying amounts count: the calendar year, twelve rolling months, or all time. Pure.

Rolling months are the current month and the twelve before it, in the customer's favour.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from loyalty.days import months_after
from loyalty.points.rules import MOST_LATE
from loyalty.programme.tiers import Tiers, TierWindow

EVER: Final = "ever"

# Amounts by month, such as `2026-11`, and the total under EVER.
QualifyingMonths = Mapping[str, int]

# The months before the current one in a rolling window.
ROLLING: Final = 12


def period_end(day: date, rules: Tiers) -> date | None:
    """The last day of a projection's period: the year's, or with a rolling window the month's."""
    if rules.window is TierWindow.LIFETIME:
        return None
    if rules.window is TierWindow.CALENDAR_YEAR:
        return day.replace(month=12, day=31)
    return month_start(day, 1) - timedelta(days=1)


def window_begins(day: date, rules: Tiers) -> date | None:
    """The first day of the window on a day; None where all time counts."""
    if rules.window is TierWindow.LIFETIME:
        return None
    if rules.window is TierWindow.CALENDAR_YEAR:
        return day.replace(month=1, day=1)
    return month_start(day, -ROLLING)


def window_moves(today: date, rules: Tiers) -> list[date]:
    """The days to come on which an amount leaves the window."""
    if rules.window is TierWindow.LIFETIME:
        return []
    if rules.window is TierWindow.CALENDAR_YEAR:
        return [date(today.year + 1, 1, 1)]
    return [month_start(today, months) for months in range(1, ROLLING + 2)]


def window_ends(day: date, rules: Tiers) -> list[date]:
    """The last days of the windows before the one of `day`, newest first, as far as a grace may reach back."""
    match rules.window:
        case TierWindow.LIFETIME:
            return []
        case TierWindow.CALENDAR_YEAR:
            return [date(day.year - years, 12, 31) for years in range(1, 2 + (months_back(rules) - 1) // 12)]
        case TierWindow.ROLLING_12_MONTHS:
            return [month_start(day, -months) - timedelta(days=1) for months in range(months_back(rules))]


def months_back(rules: Tiers) -> int:
    """At most so many months begin in the days of a grace and before it: its review may be late, as an order may."""
    return 1 + (rules.grace_days + MOST_LATE.days + 2) // 30  # 28 days hold one month and begin the next, 59 hold two


def month_start(day: date, months: int) -> date:
    """The first day of the month that is so many months after that of `day`."""
    return months_after(day.replace(day=1), months)


def month_of(day: date) -> str:
    """The month of a day, such as `2026-11`."""
    return day.isoformat()[:7]


def write_qualifying(qualifying: QualifyingMonths) -> list[Any]:
    """The stored form: the total, the first month, and the amount of each month from the first on."""
    months = sorted(qualifying.keys() - {EVER})
    if not months:
        return [qualifying.get(EVER, 0)]
    first, last = (date.fromisoformat(f"{month}-01") for month in (months[0], months[-1]))
    spans = range((last.year - first.year) * 12 + last.month - first.month + 1)
    return [
        qualifying.get(EVER, 0),
        months[0],
        *(qualifying.get(month_of(month_start(first, span)), 0) for span in spans),
    ]


def read_qualifying(written: list[Any]) -> QualifyingMonths:
    """The qualifying amounts from their stored form."""
    ever, *rest = written
    if not rest:
        return {EVER: ever}
    first = date.fromisoformat(f"{rest[0]}-01")
    months = {month_of(month_start(first, span)): amount for span, amount in enumerate(rest[1:]) if amount}
    return {EVER: ever, **months}
