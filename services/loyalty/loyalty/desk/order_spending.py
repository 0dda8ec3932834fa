"""What was spent on an order, and what of it was given back, as the ledgers tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import Final

from loyalty.catalogue import claim_store
from loyalty.desk.models import OrderSpendingView, SpendingKind, SpendingRow
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry
from loyalty.ledger.overdue import key_of
from loyalty.orders.items import OrderRecord, SpentOnOrder
from loyalty.orders.payment.checkout_records import LATE
from loyalty.orders.spending import RESTORED
from loyalty.orders.store import order_records
from shared.items.batches import find_all

_SPENDING: Final = frozenset({EntryKind.CAPTURED, EntryKind.REDEEMED})


def read_order_spending(order_id: str) -> OrderSpendingView:
    """The points, the store credit and the rewards that were spent on an order. All sums are 0 where nothing was."""
    records = order_records(order_id)
    claims = claim_store.ids_for_order(order_id)
    spent = [*_spent(records), *_of_claims(claims, claim_store.ENTRY)]
    given_back = [*_given_back(records), *_of_claims(claims, claim_store.CANCELLED)]
    return OrderSpendingView.of(order_id, sorted(spent, key=_place), sorted(given_back, key=_place))


def _place(row: SpendingRow) -> tuple[datetime, str, str]:
    return row.posted_at, row.cause, row.what


def _spent(records: Iterable[OrderRecord]) -> list[SpendingRow]:
    """The captured holds, checkouts and redemptions that paid for the order: `SPENT#<id>` names their entries."""
    spent_by = [item.sk.partition("#")[2] for item in records if isinstance(item, SpentOnOrder)]
    # A checkout that ran out has an end, and was paid late.
    places = [(key_of(name), key_of(name, LATE), (f"REDEMPTION#{name}", "ENTRY")) for name in spent_by]
    return [_row(entry) for entry in find_all(Entry, [*chain(*places)]) if entry.entry_kind in _SPENDING]


def _given_back(records: Iterable[OrderRecord]) -> list[SpendingRow]:
    """What refunds gave back, and (negative) what a reinstatement took again."""
    return [_row(item) for item in records if isinstance(item, Entry) and item.sk.startswith(RESTORED)]


def _of_claims(claims: Iterable[str], step: str) -> list[SpendingRow]:
    """The claims that name the order, or their cancellations. An erasure leaves these entries."""
    entries = find_all(Entry, [(f"CLAIM#{claim_id}", step) for claim_id in claims])
    return [_row(entry, SpendingKind.REWARD) for entry in entries]


def _row(entry: Entry, kind: SpendingKind | None = None) -> SpendingRow:
    currency = entry.account.partition("#")[2]
    return SpendingRow(
        what=kind or (SpendingKind.CREDIT if currency else SpendingKind.POINTS),
        customer_id=entry.customer_id,
        kind=entry.entry_kind,
        amount=entry.amount,
        value=entry.fact("value"),
        currency=currency or entry.fact("currency"),
        reward_id=entry.fact("reward"),
        cause=entry.cause,
        posted_at=entry.posted_at,
    )
