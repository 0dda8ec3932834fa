"""The meaning of the programme's settings for an account of points. Pure."""

from __future__ import annotations

from datetime import date, datetime

from loyalty import days
from loyalty.ledger.rules import ReturnPolicy
from loyalty.programme.models import BelowZero, Expiry, ExpiryMode, Programme


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
