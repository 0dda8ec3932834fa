"""The meaning of the programme's settings for store credit. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from loyalty import days
from loyalty.ledger.due_dates import Watch
from loyalty.ledger.rules import ReturnPolicy
from loyalty.programme.models import Programme
from loyalty.programme.sections import LONGEST_MONTHS
from shared.errors import InvalidError
from shared.money import LARGEST_AMOUNT

# The longest time ahead that the programme may set as well.
_FURTHEST: Final = LONGEST_MONTHS


def watch_of(programme: Programme, now: datetime) -> Watch:
    """The watch over an account of credit: it warns as for points, but credit never ends by idleness."""
    return Watch.of(programme, now)


def lot_for(given: date, programme: Programme) -> date:
    """The lot of credit given on a day without a last day of its own."""
    if programme.credit.months is None:
        return days.NEVER
    last_day = days.months_after(given, programme.credit.months)
    return days.lot_of(last_day, given, exact=programme.expiry.exact_days)


def check_expiry(wanted: date, today: date) -> None:
    """Raises InvalidError naming `expires_on` for a last day that is past, or too far ahead."""
    if wanted < today:
        raise InvalidError.of("expires_on", "Must not be in the past")
    if wanted > days.months_after(today, _FURTHEST):
        raise InvalidError.of("expires_on", f"At most {_FURTHEST} months ahead; leave it out for none")


def check_room(balance: int, amount: int) -> None:
    """Raises InvalidError naming `amount` if the account would hold more than the largest balance."""
    if balance + amount > LARGEST_AMOUNT:
        raise InvalidError.of("amount", f"An account holds at most {LARGEST_AMOUNT}")


def return_policy(programme: Programme, today: date, *, gives_grace: bool = False) -> ReturnPolicy:
    """How credit returns to its lots. It pays the debt first, because nothing is ever earned in credit."""
    return ReturnPolicy(today, programme.grace_until(today), fills_debt=True, gives_grace=gives_grace)
