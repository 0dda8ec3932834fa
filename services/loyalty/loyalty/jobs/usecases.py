"""The steps that time causes: holds end, points are activated, lots expire, tiers are reviewed, customers are warned.

Only due accounts are read. Each step is an operation of its own, so a run can end anywhere.
"""

from __future__ import annotations

from typing import Final

from loyalty.credit.items import CreditAccount
from loyalty.jobs.due_credit import advance_credit
from loyalty.jobs.due_points import advance_points
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Account
from loyalty.points.items import PointsAccount
from shared import clock
from shared.items.table import find, retry_lost_races
from shared.jobs import HasTime, Job, Run
from shared.messages.cause import Cause

# An account has few due steps, one for each overdue lot. The next run takes any steps beyond this number.
_STEPS: Final = 20
_EXPIRE: Final = Job("expire", "AccountsAdvanced")


def advance_accounts(cause: Cause, has_time: HasTime) -> Run:
    """Take all due steps until none is left or the time is over; the next run resumes there.

    Parallel runs do no harm. Raises RowsFailedError at its end when accounts failed.
    """
    return _EXPIRE.try_each(ledger.accounts_due(clock.now()), lambda key: _advance(*key, cause), has_time)


def _advance(pk: str, sk: str, cause: Cause) -> bool:
    """Take the account's steps one by one; return whether there was any."""
    for taken in range(_STEPS):
        if (more := retry_lost_races(lambda: _step(pk, sk, cause))) is None:
            return taken > 0
        if not more:
            break
    return True


def _step(pk: str, sk: str, cause: Cause) -> bool | None:
    """Take one step; return whether more may follow, or None when no step was due."""
    account = find(Account, pk, sk)
    if account is None or not account.is_due(clock.now()):
        return None  # the index was behind, or another run was faster
    try:
        match account:
            case PointsAccount():
                advance_points(account, cause)
            case CreditAccount():
                advance_credit(account, cause)
    except ledger.AlreadyPostedError:
        return None  # another run was faster
    return account.is_due(clock.now())
