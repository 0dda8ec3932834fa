"""Reprices orders whose tier an earlier order had given, once that order is returned or reinstated.

The settlement of the earlier order lowers the account's slack in its own transaction, and nothing is read while slack
is left. Once none is left, the whole ledger is read, and each order that is to earn other points gets an entry of its
own. The last of these stores the new slack. So after a crash the same event, or the customer's next one, goes on.
"""

from __future__ import annotations

from collections.abc import Iterable

from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import ACCOUNT, Entry
from loyalty.ledger.terms import Terms
from loyalty.orders.order_entries import REPRICED, OrderEntries
from loyalty.orders.refunds import give_back, take_back
from loyalty.orders.repricing.rules import Joined, Repricing, plan
from loyalty.orders.store import entries_of, lot_shares
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import counted
from loyalty.points.store import load_for_posting
from loyalty.points.tier_rules import requalify
from loyalty.programme.tiers import TierBy
from shared.items.keys import customer_partition
from shared.items.table import LostRaceError, Put, commit, find, retry_lost_races
from shared.messages.cause import Cause

_ORDER = "ORDER#"


def reprice_orders(account: PointsAccount, terms: Terms, cause: Cause) -> PointsAccount:
    """Post what orders earn too much or too little by their tier; return the account afterwards.

    It reads nothing unless the account's slack is used up. Raises LostRaceError while the index of entries is behind.
    """
    if not _is_due(account):
        return account
    return retry_lost_races(lambda: _reprice(account.customer_id, terms, cause))


def _is_due(account: PointsAccount) -> bool:
    return account.tier_slack is not None and account.tier_slack.is_due


def _reprice(customer_id: str, terms: Terms, cause: Cause) -> PointsAccount:
    account = load_for_posting(customer_id, terms, cause)
    if not _is_due(account):
        return account
    entries = _entries_of_all(account)
    planned = plan(_orders(entries), _joined(entries), account.name, terms.programme.tiers, terms.programme.currency)
    for left, repricing in enumerate(planned.repricings, 1 - len(planned.repricings)):
        if left == 0:
            account.tier_slack = planned.slack
        _post(repricing, account, terms, cause)
    if not planned.repricings:
        account.tier_slack = planned.slack
        commit(Put(account))
    return account


def _post(repricing: Repricing, account: PointsAccount, terms: Terms, cause: Cause) -> None:
    """Post the entry of one order."""
    entries, earned, amount = repricing.entries, repricing.earned, repricing.amount
    if repricing.worth < entries.worth:
        shares = lot_shares(account, entries, terms.today) if amount else []
        change = take_back(account.balances, entries, amount, shares, terms)
    else:
        change = give_back(account.balances, entries, -amount, terms)
    rules, on = terms.programme.tiers, min(earned.placed or terms.today, terms.today)
    counts = amount and rules.by is TierBy.POINTS
    tiers = requalify(account.tiers, -amount, on, terms.today, rules) if counts else None
    account.referrals = counted(account.referrals, earned.brought, repricing.qualifies)
    step = f"{REPRICED}{len(entries.repriced) + 1:06}"
    origin = ledger.Origin(f"{_ORDER}{repricing.order_id}", step, repricing.order_id, cause)
    facts = {**repricing.facts, **change.facts}
    entry = store.post_points(account, change.posting, origin, terms, tiers=tiers, **facts)
    ledger.write(entry, account, error=LostRaceError())


def _entries_of_all(account: PointsAccount) -> list[Entry]:
    """All entries of the account, and of accounts that it took over.

    Raises LostRaceError while the index is behind: entries are numbered without gaps, so their number shows that.
    """
    merged = (find(PointsAccount, customer_partition(each), ACCOUNT) for each in account.merged_from or ())
    found = []
    for person in (account, *merged):
        entries = ledger.entries_of(person.name, before=None, kind=None, limit=None) if person else []
        if person and len(entries) != person.entries:
            raise LostRaceError
        found += entries
    return found


def _orders(entries: Iterable[Entry]) -> dict[str, OrderEntries]:
    """The entries of each order, by its id."""
    by_order: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.pk.startswith(_ORDER):
            by_order.setdefault(entry.pk.removeprefix(_ORDER), []).append(entry)
    return {order_id: entries_of(found) for order_id, found in by_order.items()}


def _joined(entries: Iterable[Entry]) -> Joined:
    joined: dict[str, dict[str, int]] = {}
    for entry in entries:
        if entry.entry_kind is EntryKind.MERGED_IN:
            joined.setdefault(entry.account, {})[entry.cause] = entry.seq
    return joined
