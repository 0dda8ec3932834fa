"""Freezes an account, so that nothing of it is spent, and unfreezes it.

The account counts the acts of staff: every act of spending reads the count, and the act that changes it lies beside.
"""

from __future__ import annotations

from typing import Final

from loyalty.freezes.items import FREEZE, FreezeAct
from loyalty.freezes.models import FreezeView, NewFreeze
from loyalty.points.items import PointsAccount
from loyalty.points.store import existing_account
from shared import clock
from shared.errors import PreconditionFailedError
from shared.events.loyalty import AccountFrozen, AccountUnfrozen, FreezeReason
from shared.items.table import Put, commit, retry_lost_races
from shared.messages.cause import Cause

# Few accounts are frozen more than once.
_SHOWN: Final = 20


def read_freeze(customer_id: str) -> FreezeView:
    """Whether the account is frozen, and the acts that made it so. Raises NotFoundError without an account."""
    account = existing_account(customer_id)
    return FreezeView.of(account, _acts_of(account))


def change_freeze(customer_id: str, new: NewFreeze, version: int, cause: Cause) -> FreezeView:
    """Freeze or unfreeze the account, if so many acts were there. An account that is so already stays as it is.

    Raises NotFoundError without an account, PreconditionFailedError.
    """
    return retry_lost_races(lambda: _change(customer_id, new, version, cause))


def freeze_with(survivor: PointsAccount, merged: PointsAccount, cause: Cause) -> list[Put]:
    """The writes by which a merge keeps the surviving account frozen if the other one was."""
    if survivor.is_frozen or not merged.is_frozen:
        return []
    return [Put(_act(survivor, FreezeReason.MERGED, cause))]


def _change(customer_id: str, new: NewFreeze, version: int, cause: Cause) -> FreezeView:
    account = existing_account(customer_id)
    if (account.freezes or 0) != version:
        raise PreconditionFailedError
    acts = _acts_of(account)
    if account.is_frozen == new.frozen:
        return FreezeView.of(account, acts)
    act = _act(account, new.reason, cause)
    act.note = new.note
    commit(Put(act), Put(account))
    return FreezeView.of(account, [act, *acts][:_SHOWN])


def _act(account: PointsAccount, reason: FreezeReason | None, cause: Cause) -> FreezeAct:
    act = FreezeAct.next_of(account, reason, clock.now(), cause.actor)
    act.tell(AccountFrozen if act.frozen else AccountUnfrozen, cause)
    return act


def _acts_of(account: PointsAccount) -> list[FreezeAct]:
    """The newest acts, newest first."""
    if not account.freezes:
        return []
    acts = FreezeAct.sk.startswith(FREEZE)
    return list(FreezeAct.query(account.pk, acts, consistent_read=True, scan_index_forward=False, limit=_SHOWN))
