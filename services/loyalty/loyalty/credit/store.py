"""Reads accounts of store credit, and makes entries with their event."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from loyalty.credit.items import CREDIT, CreditAccount
from loyalty.credit.rules import return_policy, watch_of
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind, Posting
from loyalty.ledger.due_dates import overdue_lots
from loyalty.ledger.items import Entry
from loyalty.ledger.overdue import by_time, expire, next_in_the_way, warn_at_once
from loyalty.ledger.store import Origin
from loyalty.ledger.terms import Terms
from loyalty.points import store as points
from loyalty.programme.usecases import current_programme
from shared import clock
from shared.errors import NotFoundError
from shared.events.base import EventData
from shared.events.loyalty import (
    CreditExpired,
    CreditExpiring,
    CreditIssued,
    CreditRestored,
    CreditRevoked,
    CreditSpent,
)
from shared.items.keys import customer_partition
from shared.items.table import Check, LostRaceError, find
from shared.messages.cause import Cause

NO_ACCOUNT: Final = "This customer has no store credit in this currency."

# Holds and releases cause no event.
_TELLS: Final[dict[EntryKind, type[EventData]]] = {
    EntryKind.ISSUED: CreditIssued,
    EntryKind.CAPTURED: CreditSpent,
    EntryKind.REDEEMED: CreditSpent,
    EntryKind.RESTORED: CreditRestored,
    EntryKind.REVOKED: CreditRevoked,
    EntryKind.EXPIRED: CreditExpired,
}


def terms_now() -> Terms:
    """The terms of an operation made now."""
    now = clock.now()
    in_force = current_programme(now)
    return Terms(in_force.version, watch_of(in_force.programme, now), in_force.programme, now)


def find_account(customer_id: str, currency: str) -> CreditAccount | None:
    """The account, read consistently; None before the first issue.

    Of an erased person it is the closed account; of a merged customer, the surviving account.
    """
    account = _find(customer_id, currency)
    if account is None and (owner := points.find_account(customer_id)) and owner.customer_id != customer_id:
        account = _find(owner.customer_id, currency)
    return account


def own_account(customer_id: str, currency: str) -> CreditAccount:
    """The account under this very id, even if it is closed; without one the survivor's, or a new one, not stored."""
    own = find(CreditAccount, customer_partition(customer_id), f"{CREDIT}{currency}")
    return own or find_account(customer_id, currency) or CreditAccount.fresh(customer_id, currency)


def existing_account(customer_id: str, currency: str) -> CreditAccount:
    """The account. Raises NotFoundError when there is none, or only an erased person's."""
    account = find_account(customer_id, currency)
    if account is None or account.erased_at:
        raise NotFoundError(NO_ACCOUNT)
    return account


def account_to_open(customer_id: str, currency: str) -> CreditAccount:
    """The account, or a new one that is not stored yet. Raises NotFoundError for an unknown customer.

    A new account may only be written together with `guard`.
    """
    account = _find(customer_id, currency)
    if account is None:
        owner = points.existing_account(customer_id).customer_id
        account = (_find(owner, currency) if owner != customer_id else None) or CreditAccount.fresh(owner, currency)
    if account.erased_at:
        raise NotFoundError("This customer has been erased.")
    return account


def guard(account: CreditAccount) -> Check:
    """A check that the customer is neither erased nor merged; else the commit raises LostRaceError."""
    return points.guard(account.pk)


def accounts_of(customer_id: str) -> list[CreditAccount]:
    """All accounts of a customer, by currency, read consistently, without those of merged customers."""
    partition = customer_partition(customer_id)
    return list(CreditAccount.query(partition, CreditAccount.sk.startswith(CREDIT), consistent_read=True))


def post_credit(account: CreditAccount, posting: Posting, origin: Origin, terms: Terms, **facts: Any) -> Entry:
    """Make the entry of a posting with its event, and set the account's balances. `ledger.write` stores both.

    `facts` are the facts of the entry's kind, and the `reason` that staff gave.
    """
    entry = ledger.post_entry(account, posting, origin, terms, **facts)
    warn_at_once(account, posting, terms, CreditExpiring, origin.cause)
    event = _TELLS.get(posting.kind)
    # A reinstatement that changes nothing has an entry, but no event.
    if event and posting.amount:
        entry.tell(event, origin.cause)
    return entry


def _find(customer_id: str, currency: str) -> CreditAccount | None:
    account = find(CreditAccount, customer_partition(customer_id), f"{CREDIT}{currency}")
    while account and account.merged_into:
        account = find(CreditAccount, customer_partition(account.merged_into), f"{CREDIT}{currency}")
    return account


def load_credit_for_posting(
    load: Callable[[], CreditAccount], terms: Terms, cause: Cause, *, needs: int = 0
) -> CreditAccount:
    """The account for posting, as `load` reads it. Its overdue lots expire first.

    If the posting `needs` more than is available, holds that have ended are released. Raises the errors of `load`, and
    LostRaceError when another run is faster.
    """
    account = load()
    while entry := _due_first(account, terms, cause, needs):
        ledger.write(entry, account, error=LostRaceError())
        account = load()
    return account


def _due_first(account: CreditAccount, terms: Terms, cause: Cause, needs: int) -> Entry | None:
    post = partial(post_credit, terms=terms)
    if overdue := overdue_lots(account.lots, account.active_on, terms.watch):
        return expire(account, overdue, by_time(cause), post)
    if account.available >= needs:
        return None
    return next_in_the_way(account, terms, cause, return_policy(terms.programme, terms.today), post)
