"""Points and credit that paid for an order: restored on refunds, and spent again on a reinstatement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from typing import Final

from loyalty.ledger import store as ledger
from loyalty.ledger.attributes import read_grace_lots, read_lots
from loyalty.ledger.balances import EntryKind, Taken, plus
from loyalty.ledger.items import Entry
from loyalty.orders import store
from loyalty.orders.items import OrderRecord, SpentOnOrder
from loyalty.orders.order_entries import EARNED
from loyalty.orders.payment.means import is_credit
from loyalty.orders.payment.payers import Payer
from loyalty.orders.payment.reward_claims import follow_order
from loyalty.orders.refunds import Restored, ReversedShare, Spending, settle_spent
from loyalty.points import store as points
from shared.errors import InvalidError
from shared.items.table import find, retry_lost_races
from shared.messages.cause import Cause
from shared.runtime.observability import count, logger

RESTORED: Final = "RESTORE#"
# The service's resources.yaml has its alarm.
METRIC: Final = "OrdersPaidByOthers"


def check_own_order(customer_id: str, order_id: str) -> None:
    """Raises InvalidError if the order earned for another customer. An order that nobody knows yet may be one's own."""
    earned = find(Entry, f"ORDER#{order_id}", EARNED)
    if earned and not _is_payer(customer_id, earned.account):
        raise InvalidError.of("order_id", "This is another customer's order")


def _report_other_payers(order_id: str, records: Iterable[OrderRecord], customer_id: str) -> None:
    """Raise the alarm if others than the order's customer paid for it, before anybody knew whose order it was."""
    for payer in _spendings(records):
        if not _is_payer(payer, customer_id):
            _report(order_id)


def settle_spending(share: ReversedShare, cause: Cause) -> None:
    """Adjust each account's spending on an order to the reversed share. An older version changes nothing."""
    for payer in _spendings(store.order_records(share.order_id)):
        retry_lost_races(lambda payer=payer: _settle_payer(share, payer, cause))  # type: ignore[misc]


def settle_late_spending(order_id: str, cause: Cause) -> None:
    """Settle a new spending on an order that may have been refunded or cancelled before.

    Settling an order stores its reversal before it reads the spendings. A spending calls this function after its write.
    So one of the two always sees the other.
    """
    records = store.order_records(order_id)
    share = ReversedShare.known(order_id, store.entries_of(records))
    if share and (share.share or share.returned):
        settle_spending(share, cause)
    elif share and share.customer_id:
        _report_other_payers(order_id, records, share.customer_id)


def _settle_payer(share: ReversedShare, name: str, cause: Cause) -> None:
    # Only a paid order's refund gives a grace: an unpaid order would extend the life of points for nothing.
    payer = Payer.of(name, cause, gives_grace=share.is_paid)
    records = store.order_records(share.order_id)
    known = ReversedShare.known(share.order_id, store.entries_of(records))
    spending = _spendings(records)[name]
    change = settle_spent(payer.account.balances, spending, share, known, payer.return_policy)
    if change is None or payer.account.erased_at:
        return
    if change.posting.kind is EntryKind.RESTORED and share.customer_id and not _is_payer(name, share.customer_id):
        # Otherwise one could name an order that is sure to be refunded, and get the points of one's own back.
        _report(share.order_id)
        return
    # The number allows a second entry for one version, when a spending comes after its settlement.
    step = f"{RESTORED}{share.version:09}#{len(spending.later):03}#{name}"
    origin = ledger.Origin(f"ORDER#{share.order_id}", step, share.order_id, cause)
    entry = payer.post(payer.account, change.posting, origin, **change.facts)
    is_back, now = spending.is_back_after(change), payer.terms.now
    claims = [follow_order(name, claim_id, now, is_back=is_back) for claim_id in spending.claims]
    with suppress(ledger.AlreadyPostedError):
        ledger.write(entry, payer.account, *chain.from_iterable(claims))


def _is_payer(name: str, customer_id: str) -> bool:
    """Whether an account of this name is the customer's, also once either was merged."""
    payer = name.partition("#")[0]
    return payer == customer_id or points.account_of(payer).name == points.account_of(customer_id).name


def _report(order_id: str) -> None:
    logger.warning("order paid by another customer", extra={"order_id": order_id})
    count(METRIC)


def _spendings(records: Iterable[OrderRecord]) -> dict[str, Spending]:
    """The spendings on an order, by account name, from the order's records."""
    spent: dict[str, Taken] = {}
    worth = Counter[bool]()
    later: dict[str, list[Restored]] = {}
    claims: dict[str, list[str]] = {}
    gifts = Counter[str]()
    for item in records:
        if isinstance(item, SpentOnOrder):
            before = spent.get(item.account, Taken({}))
            worth[is_credit(item.account)] += item.worth
            gifts[item.account] += item.gift or 0
            claims.setdefault(item.account, []).extend([item.claim] if item.claim else ())
            spent[item.account] = Taken(plus(before.lots, item.lots), plus(before.graced, item.taken.graced))
        elif isinstance(item, Entry) and item.sk.startswith(RESTORED):
            graced = read_grace_lots(item.fact("graced") or {})
            restored = Restored(item.fact("version"), read_lots(item.fact("of") or {}), graced)
            later.setdefault(item.sk.split("#", 3)[3], []).append(restored)
    return {
        name: Spending(
            name, taken, tuple(later.get(name, ())), worth[is_credit(name)], tuple(claims[name]), gifts[name]
        )
        for name, taken in spent.items()
    }
