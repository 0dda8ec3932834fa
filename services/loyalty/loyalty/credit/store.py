"""Accounts of store credit: finding them, and making an entry with the event that tells of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from loyalty.credit.items import CREDIT, CreditAccount
from loyalty.credit.rules import watch_of
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind, Posting
from loyalty.ledger.items import Entry
from loyalty.ledger.overdue import expire_overdue
from loyalty.ledger.store import Origin
from loyalty.ledger.terms import Terms
from loyalty.points import store as points
from loyalty.programme.usecases import current_programme
from shared import clock
from shared.cause import Cause
from shared.errors import NotFoundError
from shared.events.base import EventData
from shared.events.loyalty import CreditExpired, CreditIssued, CreditRestored, CreditRevoked, CreditSpent
from shared.keys import customer_partition
from shared.table import Check, find

# What is set aside and given back is no news.
_TELLS: Final[dict[EntryKind, type[EventData]]] = {
    EntryKind.ISSUED: CreditIssued,
    EntryKind.CAPTURED: CreditSpent,
    EntryKind.REDEEMED: CreditSpent,
    EntryKind.RESTORED: CreditRestored,
    EntryKind.REVOKED: CreditRevoked,
    EntryKind.EXPIRED: CreditExpired,
}


def terms_now() -> Terms:
    """The terms under which an operation is made now."""
    now = clock.now()
    in_force = current_programme(now)
    return Terms(in_force.version, watch_of(in_force.programme, now), in_force.programme, now)


def find_account(customer_id: str, currency: str) -> CreditAccount | None:
    """The account as it is now; of an erased person, what is left of it; of one who was merged, that which stays.

    None before the first issue.
    """
    account = _find(customer_id, currency)
    if account is None and (owner := points.find_account(customer_id)) and owner.customer_id != customer_id:
        account = _find(owner.customer_id, currency)
    return account


def existing_account(customer_id: str, currency: str) -> CreditAccount:
    """The account. Raises NotFoundError when there is none, or only what is left of an erased person's."""
    account = find_account(customer_id, currency)
    if account is None or account.erased_at:
        raise NotFoundError("This customer has no store credit in this currency.")
    return account


def account_to_open(customer_id: str, currency: str) -> CreditAccount:
    """The account, or a fresh one that is not stored yet. Raises NotFoundError for whom loyalty does not know.

    A fresh one may only be written together with `guard`.
    """
    account = _find(customer_id, currency)
    if account is None:
        owner = points.existing_account(customer_id).customer_id
        account = (_find(owner, currency) if owner != customer_id else None) or CreditAccount.fresh(owner, currency)
    if account.erased_at:
        raise NotFoundError("This customer has been erased.")
    return account


def guard(account: CreditAccount) -> Check:
    """Its customer is still one: not erased, and nobody else. Otherwise the commit raises LostRaceError."""
    return points.guard(account.pk)


def accounts_of(customer_id: str) -> list[CreditAccount]:
    """All accounts of a customer as they are now, by currency; not those of whoever was merged into them."""
    partition = customer_partition(customer_id)
    return list(CreditAccount.query(partition, CreditAccount.sk.startswith(CREDIT), consistent_read=True))


def post_credit(
    account: CreditAccount,
    posting: Posting,
    origin: Origin,
    terms: Terms,
    *,
    reason: str | None = None,
    **facts: Any,
) -> Entry:
    """The entry of a posting, which tells of itself; sets the account's balances. `ledger.write` stores both.

    `facts` are those of its kind; `reason` is what staff wrote.
    """
    entry = ledger.post_entry(account, posting, origin, terms, **facts)
    entry.reason = reason
    event = _TELLS.get(posting.kind)
    # A reinstatement that changes nothing is in the ledger and no news.
    if event and posting.amount:
        entry.tell(event, origin.cause)
    return entry


def _find(customer_id: str, currency: str) -> CreditAccount | None:
    account = find(CreditAccount, customer_partition(customer_id), f"{CREDIT}{currency}")
    while account and account.merged_into:
        account = find(CreditAccount, customer_partition(account.merged_into), f"{CREDIT}{currency}")
    return account


def load_credit_for_posting(load: Callable[[], CreditAccount], terms: Terms, cause: Cause) -> CreditAccount:
    """The account as `load` finds it, without overdue lots; to be posted to.

    Raises what `load` raises, and LostRaceError when another run is faster.
    """
    return expire_overdue(load, terms.watch, cause, partial(post_credit, terms=terms))
