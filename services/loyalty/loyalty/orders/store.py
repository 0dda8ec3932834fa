"""Finding what is stored of an order, whether a customer has earned by one, and the referral rewards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from loyalty.days import NEVER
from loyalty.ledger.balances import read_lots
from loyalty.ledger.items import ACCOUNT, Entry
from loyalty.ledger.reversals import LotShare
from loyalty.orders.items import REVERSED, OrderRecord, ReversedOrder
from loyalty.orders.order_entries import (
    DELIVERED,
    EARNED,
    SETTLED,
    Delivery,
    Earning,
    OrderEntries,
    ReversedMark,
    Settlement,
)
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import REFEREE, REFERRER, Referral
from loyalty.points.store import expired_points
from loyalty.table import LoyaltyItem
from shared.keys import customer_partition
from shared.table import LostRaceError, find

# Most who are asked about have a handful of entries, or earned with one of their first.
_PAGE: Final = 20


def order_records(order_id: str) -> list[OrderRecord]:
    """All that one order caused, as it is now."""
    found: Iterable[Any] = LoyaltyItem.query(f"ORDER#{order_id}", consistent_read=True)
    return list(found)


def read_entries(order_id: str) -> OrderEntries:
    """The entries of an order as they are now."""
    return entries_of(order_records(order_id))


def entries_of(records: Iterable[OrderRecord]) -> OrderEntries:
    """The entries of an order, among all that it caused."""
    by_key = {record.sk: record for record in records}
    entries = {sk: record for sk, record in by_key.items() if isinstance(record, Entry)}
    mark = by_key.get(REVERSED)
    return OrderEntries(
        earned=_earning(entries[EARNED]) if EARNED in entries else None,
        delivered=Delivery(_day(entries[DELIVERED], "ripens")) if DELIVERED in entries else None,
        settled=tuple(_settlement(entries[sk]) for sk in sorted(entries) if sk.startswith(SETTLED)),
        mark=_mark(mark) if isinstance(mark, ReversedOrder) else None,
    )


def lot_shares(account: PointsAccount, entries: OrderEntries, today: date) -> list[LotShare]:
    """The points of an order that remain, newest first, with what has expired of their lots."""
    return [
        LotShare(lot, points, *(expired_points(account, lot, since) if lot < today or lot == NEVER else ()))
        for lot, points, since in entries.lots.newest_first()
    ]


def reward_entries(referee: str) -> Mapping[str, OrderEntries]:
    """What each side was granted for a referee, and what became of that, as it is now."""
    pk, _ = key_of_reward(referee, REFEREE, 1)
    entries = list(Entry.query(pk, consistent_read=True))
    return {side: _entries_of_side([entry for entry in entries if entry.cause == side]) for side in (REFERRER, REFEREE)}


def has_earned(account: PointsAccount) -> bool:
    """Whether an order has earned yet, of the customer's or of anybody's who turned out to be them.

    Raises LostRaceError while the index of entries is behind.
    """
    merged = (find(PointsAccount, customer_partition(each), ACCOUNT) for each in account.merged_from or ())
    return any(_has_earned(person) for person in (account, *merged) if person)


def key_of_reward(referee: str, bonus: str, number: int) -> tuple[str, str]:
    """The key of the entry that grants one side its reward (1, 3, ...) or withdraws it (2, 4, ...)."""
    return f"REFERRAL#{referee}", bonus.upper() if number == 1 else f"{bonus.upper()}#{number:04}"


def first_rewards(referee: str) -> tuple[Entry | None, Entry | None]:
    """The entries that first granted the rewards for a referee: the referee's, and the referrer's."""
    referees, referrers = (find(Entry, *key_of_reward(referee, bonus, 1)) for bonus in (REFEREE, REFERRER))
    return referees, referrers


def referrer_of(referee: str, referral: Referral) -> str | None:
    """Who referred a customer; None where they never had a reward for it, and never will."""
    if referral.referrer:
        return referral.referrer
    _, reward = first_rewards(referee)
    return reward.customer_id if reward else None


def _has_earned(account: PointsAccount) -> bool:
    seen = 0
    for entry in Entry.by_account.query(account.name, page_size=_PAGE):
        if entry.sk == EARNED:
            return True
        seen += 1
    # Entries are numbered without gaps, so it is known whether the index shows them all yet.
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
        placed=_day(entry, "placed"),
        lot=_day(entry, "lot") or NEVER,
        activates_on=_day(entry, "ripens"),
        brought=tuple(entry.fact("brought") or ()),
    )


def _settlement(entry: Entry) -> Settlement:
    return Settlement(
        at=entry.place,
        version=entry.fact("version") or 0,
        reversed_money=entry.fact("undone") or 0,
        taken_back=entry.fact("taken_back") or 0,
        still_in_lot=entry.fact("own") or 0,
        already_expired=read_lots(entry.fact("written_off") or {}),
        forgiven=entry.fact("forgiven") or 0,
        lot=_day(entry, "lot"),
    )


def _mark(item: ReversedOrder) -> ReversedMark:
    return ReversedMark(item.order_version, item.total, item.reversed_amount, item.cancelled, item.version)


def _day(entry: Entry, fact: str) -> date | None:
    """A day among an entry's facts; None without it, or where it is empty."""
    return date.fromisoformat(entry.fact(fact)) if entry.fact(fact) else None


def _entries_of_side(entries: Sequence[Entry]) -> OrderEntries:
    """Of one side, oldest first. Who was granted nothing at first has nothing to lose later."""
    return OrderEntries(next(map(_earning, entries), None), settled=tuple(map(_settlement, entries[1:])))
