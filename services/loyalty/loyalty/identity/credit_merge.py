"""Merges two customers' store credit in one currency."""

from __future__ import annotations

from functools import partial

from loyalty.credit import store
from loyalty.credit.items import CREDIT, CreditAccount
from loyalty.credit.store import load_credit_for_posting
from loyalty.identity.rules import latest_day, warned_until
from loyalty.identity.takeover import carry_over
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Posting
from loyalty.ledger.items import Account, Entry
from loyalty.ledger.terms import Terms
from loyalty.points.store import find_account as find_points
from shared.items.keys import customer_partition
from shared.items.table import Put, commit, find
from shared.messages.cause import Cause


def merge_credit(merged_id: str, currency: str, cause: Cause) -> None:
    """Close the merged customer's account and let the survivor's account take it over, once."""
    terms = store.terms_now()
    merged = load_credit_for_posting(partial(_own_account, merged_id, currency), terms, cause)
    owner = find_points(merged_id)
    if merged.is_closed or owner is None or owner.erased_at or owner.customer_id == merged_id:
        return  # it was done before, or an erasure has taken it over
    survivor = load_credit_for_posting(partial(store.account_to_open, owner.customer_id, currency), terms, cause)
    waiting = [account.warned_on for account in (survivor, merged) if account.is_due(terms.now)]
    survivor.warned_on = warned_until(terms.today, waiting)
    survivor.active_on = latest_day(survivor.active_on, merged.active_on)
    entries = _carry_over(merged, survivor, terms, cause)
    merged.clear_due()
    merged.merged_into = survivor.customer_id
    # A customer erased meanwhile receives no credit.
    commit(Put(merged), Put(survivor), *map(Put, entries), store.guard(survivor))


def _own_account(customer_id: str, currency: str) -> CreditAccount:
    """The account under this very id, even if it is closed. It exists, because it was just listed."""
    account = find(CreditAccount, customer_partition(customer_id), f"{CREDIT}{currency}")
    assert account is not None  # noqa: S101  # accounts are never deleted
    return account


def _carry_over(merged: CreditAccount, survivor: CreditAccount, terms: Terms, cause: Cause) -> list[Entry]:
    def post_merge(account: Account, posting: Posting, origin: ledger.Origin, *, head: str | None) -> Entry:
        assert isinstance(account, CreditAccount)  # noqa: S101  # one of the two
        return store.post_credit(account, posting, origin, terms, head=head)

    # As with all credit, the debt is paid first.
    return carry_over(merged, survivor, post_merge, cause, fills_debt=True)
