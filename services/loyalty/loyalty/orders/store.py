"""Reads the records of an order, the first earning of a customer, and the referral rewards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from loyalty.days import NEVER
from loyalty.earning.tiered import read_tiered
from loyalty.ledger.attributes import read_lots
from loyalty.ledger.items import ACCOUNT, Entry
from loyalty.ledger.reversals import LotShare
from loyalty.orders.items import REVERSED, OrderRecord, ReversedOrder
from loyalty.orders.order_entries import (
    DELIVERED,
    EARNED,
    REPRICED,
    SETTLED,
    Delivery,
    Earning,
    Kept,
    Most,
    OrderEntries,
    ReversedMark,
    Settlement,
)
from loyalty.orders.payment.means import Returned
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import REFEREE, REFERRER, Referral
from loyalty.points.store import expired_points
from loyalty.table import LoyaltyItem
from shared.items.keys import customer_partition
from shared.items.table import LostRaceError, find

# Most accounts have a handful of entries, or earned with one of the first.
_PAGE: Final = 20


def order_records(order_id: str) -> list[OrderRecord]:
    """All items in an order's partition, read consistently: each refund has its own, so none of them grows."""
    found: Iterable[Any] = LoyaltyItem.query(f"ORDER#{order_id}", consistent_read=True)
    return list(found)


def read_entries(order_id: str) -> OrderEntries:
    """The entries of an order, read consistently."""
    return entries_of(order_records(order_id))


def entries_of(records: Iterable[OrderRecord]) -> OrderEntries:
    """The entries among the records of an order."""
    by_key = {record.sk: record for record in records}
    entries = {sk: record for sk, record in by_key.items() if isinstance(record, Entry)}
    mark = by_key.get(REVERSED)
    return OrderEntries(
        earned=_earning(entries[EARNED]) if EARNED in entries else None,
        delivered=_delivery([entries[sk] for sk in sorted(entries) if sk.startswith(DELIVERED)]),
        settled=tuple(_settlement(entries[sk]) for sk in sorted(entries) if sk.startswith(SETTLED)),
        repriced=tuple(_settlement(entries[sk]) for sk in sorted(entries) if sk.startswith(REPRICED)),
        mark=_mark(mark) if isinstance(mark, ReversedOrder) else None,
    )


def lot_shares(account: PointsAccount, entries: OrderEntries, today: date) -> list[LotShare]:
    """The order's remaining points, newest first, with the points that expired in their lots."""
    return [
        LotShare(lot, points, *(expired_points(account, lot, since) if lot < today or lot == NEVER else ()))
        for lot, points, since in entries.lots.newest_first()
    ]


def reward_entries(referee: str) -> Mapping[str, OrderEntries]:
    """The entries of each side's reward for a referee, read consistently."""
    pk, _ = key_of_reward(referee, REFEREE, 1)
    entries = list(Entry.query(pk, consistent_read=True))
    return {side: _entries_of_side([entry for entry in entries if entry.cause == side]) for side in (REFERRER, REFEREE)}


def has_earned(account: PointsAccount) -> bool:
    """Whether any order of the customer, or of a customer merged into them, has earned points.

    Raises LostRaceError while the index of entries is behind.
    """
    merged = (find(PointsAccount, customer_partition(each), ACCOUNT) for each in account.merged_from or ())
    return any(_has_earned(person) for person in (account, *merged) if person)


def key_of_reward(referee: str, bonus: str, number: int) -> tuple[str, str]:
    """The key of the entry that grants one side its reward (1, 3, ...) or withdraws it (2, 4, ...)."""
    return f"REFERRAL#{referee}", bonus.upper() if number == 1 else f"{bonus.upper()}#{number:04}"


def first_rewards(referee: str) -> tuple[Entry | None, Entry | None]:
    """The first reward entries for a referee: the referee's own, then the referrer's."""
    referees, referrers = (find(Entry, *key_of_reward(referee, bonus, 1)) for bonus in (REFEREE, REFERRER))
    return referees, referrers


def referrer_of(referee: str, referral: Referral) -> str | None:
    """The customer who referred a referee; None if the referrer was not given a reward and never will be."""
    if referral.referrer:
        return referral.referrer
    reward = find(Entry, *key_of_reward(referee, REFERRER, 1))
    return reward.customer_id if reward else None


def _has_earned(account: PointsAccount) -> bool:
    seen = 0
    for entry in Entry.by_account.query(account.name, page_size=_PAGE):
        if entry.sk == EARNED:
            return True
        seen += 1
    # Entries are numbered without gaps, so their number shows whether the index is complete.
    if seen < account.entries:
        raise LostRaceError
    return False


def _earning(entry: Entry) -> Earning:
    return Earning(
        account=entry.account,
        points=entry.amount,
        at=entry.place,
        version=entry.fact("version") or 0,
        total=entry.fact("total") or 0,
        currency=entry.fact("currency") or "",
        placed=_day(entry, "counts") or _day(entry, "placed"),
        lot=_day(entry, "lot") or NEVER,
        activates_on=_day(entry, "ripens"),
        brought=tuple(entry.fact("brought") or ()),
        brings=entry.fact("brings") or 1,
        counted=tuple(entry.fact("counted") or ()),
        earning=entry.fact("earning"),
        left_out=entry.fact("left_out") or 0,
        steps=tuple(entry.fact("steps") or ()) or None,
        tiered=read_tiered(entry.fact("tiered")),
    )


def _delivery(told: Sequence[Entry]) -> Delivery | None:
    """The delivery as it was told last."""
    days = [_day(entry, "ripens") for entry in told]
    return Delivery(days[-1], max((day for day in days if day), default=None)) if days else None


def _settlement(entry: Entry) -> Settlement:
    return Settlement(
        at=entry.place,
        version=entry.fact("version") or 0,
        reversed_money=entry.fact("undone") or 0,
        kept=Kept(*entry.fact("kept")) if entry.fact("kept") else None,
        taken_back=entry.fact("taken_back") or 0,
        still_in_lot=entry.fact("own") or 0,
        already_expired=read_lots(entry.fact("written_off") or {}),
        forgiven=entry.fact("forgiven") or 0,
        lot=_day(entry, "lot"),
        total=entry.fact("total"),
        account=entry.account,
        worth=entry.fact("worth"),
        most=Most(*entry.fact("most")) if entry.fact("most") else None,
        returned=Returned(*entry.fact("returned")) if entry.fact("returned") else None,
    )


def _mark(item: ReversedOrder) -> ReversedMark:
    returned = Returned(*item.returned) if item.returned else None
    return ReversedMark(item.order_version, item.total, item.reversed_amount, item.cancelled, item.version, returned)


def _day(entry: Entry, fact: str) -> date | None:
    """A day among an entry's facts; None if it is missing or empty."""
    return date.fromisoformat(entry.fact(fact)) if entry.fact(fact) else None


def _entries_of_side(entries: Sequence[Entry]) -> OrderEntries:
    """The entries of one side, oldest first. A side that was granted nothing has nothing to lose later."""
    return OrderEntries(next(map(_earning, entries), None), settled=tuple(map(_settlement, entries[1:])))
