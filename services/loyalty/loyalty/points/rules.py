"""The meaning of the programme's settings for an account of points. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from loyalty import days
from loyalty.ledger.rules import ReturnPolicy
from loyalty.programme.models import BelowZero, Expiry, ExpiryMode, Programme

# Queues and dead-letter queues keep an event 14 days each. A redrive takes a while as well.
MOST_LATE: Final = timedelta(days=31)


@dataclass(frozen=True)
class EarnedTotals:
    """The points earned ever, by month (`2026-11`) and by day, as far back as an order may be told late."""

    ever: int = 0
    months: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: EarnedTotals) -> EarnedTotals:
        """The totals of two customers who are one."""
        return EarnedTotals(self.ever + other.ever, _sums(self.months, other.months), _sums(self.days, other.days))

    def add(self, points: int, on: date, today: date) -> EarnedTotals:
        """The totals after `points` more on a day, without the days that no order can be of any more."""
        day, first = on.isoformat(), (today - MOST_LATE).isoformat()
        sums = self.plus(EarnedTotals(points, {day[:7]: points}, {day: points}))
        months = {month: part for month, part in sums.months.items() if month >= first[:7]}
        return EarnedTotals(sums.ever, months, {day: part for day, part in sums.days.items() if day >= first})


def write_totals(totals: EarnedTotals) -> list[Any]:
    """The stored form of totals."""
    return [totals.ever, dict(totals.months), dict(totals.days)]


def read_totals(written: list[Any]) -> EarnedTotals:
    """Totals from their stored form; an earlier form has the day of the last earning, and its sums alone."""
    if len(written) == len(_FORMER):
        day, of_day, of_month, ever = written
        return EarnedTotals(ever, {day[:7]: of_month}, {day: of_day})
    return EarnedTotals(*written)


_FORMER: Final = ("day", "of the day", "of the month", "ever")


def _sums(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}


def plausible(moment: datetime, now: datetime) -> datetime:
    """The moment at which an order counts: its own, or now if nothing could be told so late."""
    return moment if now - MOST_LATE <= moment <= now else now


def lot_for(given: date, expiry: Expiry) -> date:
    """The lot of points given on a day."""
    return days.lot_of(last_day(given, expiry), given, exact=expiry.exact_days)


def last_day(given: date, expiry: Expiry) -> date:
    """The last usable day of points given on a day."""
    match expiry.mode:
        case ExpiryMode.MONTHS:
            return days.months_after(given, expiry.months)
        case ExpiryMode.MONTH_END:
            return days.month_end(days.months_after(given, expiry.months))
        case ExpiryMode.YEAR_END:
            return days.year_end(days.months_after(given, expiry.months))
        case ExpiryMode.INACTIVITY | ExpiryMode.NEVER:
            return days.NEVER


def return_policy(programme: Programme, today: date, *, gives_grace: bool = False) -> ReturnPolicy:
    return ReturnPolicy(today, programme.grace_until(today), fills_debt(programme), gives_grace)


def fills_debt(programme: Programme) -> bool:
    """Whether every gift pays the debt first. Earned points always do."""
    return programme.refunds.below_zero is not BelowZero.DEBT


def is_past_hidden(opened_at: datetime | None, registered_at: datetime | None, *, verified: bool) -> bool:
    """Whether the account is hidden from its own customer.

    It began with a guest's purchase, and anybody may have registered with the guest's e-mail since.
    """
    if verified or opened_at is None:
        return False
    return registered_at is None or opened_at < registered_at
