"""Accounts and entries: finding them, and writing an entry together with the account it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from loyalty.ledger.items import ACCOUNT, Account, Entry
from loyalty.ledger.rules import EntryKind, Posting
from shared import clock
from shared.cause import Cause
from shared.events import EventData, PointsAdjusted, PointsEarned, PointsExpired, PointsReversed, TierChanged
from shared.keys import SHARDS, customer_in, customer_partition
from shared.table import Put, Write, commit, find

# Where the entry of an adjustment lies in its partition.
ADJUSTMENT_ENTRY: Final = "ENTRY"

_TELLS: dict[EntryKind, type[EventData]] = {
    EntryKind.EARNED: PointsEarned,
    EntryKind.REVERSED: PointsReversed,
    EntryKind.ADJUSTED: PointsAdjusted,
    EntryKind.EXPIRED: PointsExpired,
}


class AlreadyPostedError(Exception):
    """The ledger has an entry of this very cause."""


@dataclass(frozen=True)
class Origin:
    """What caused an entry: the key made of it, its name to people, and who did it."""

    pk: str
    sk: str
    name: str
    cause: Cause

    @classmethod
    def of_adjustment(cls, adjustment_id: str, cause: Cause) -> Origin:
        return cls(f"ADJUSTMENT#{adjustment_id}", ADJUSTMENT_ENTRY, adjustment_id, cause)

    @classmethod
    def of_order(cls, order_id: str, sk: str, cause: Cause) -> Origin:
        return cls(f"ORDER#{order_id}", sk, order_id, cause)


def find_account(customer_id: str) -> Account | None:
    """The account as it is now; of an erased person, the tombstone."""
    return find(Account, customer_partition(customer_id), ACCOUNT)


def account_of(customer_id: str) -> Account:
    """The account as it is now, or a fresh one that is not stored yet."""
    return find_account(customer_id) or Account.fresh(customer_id, clock.now())


def make_entry(account: Account, posting: Posting, origin: Origin, **facts: Any) -> Entry:
    """The entry of a posting, which the account is turned to; `commit_entry` writes both."""
    account.turn(posting, reached=posting.kind is EntryKind.EXPIRED)
    entry = Entry(
        origin.pk,
        origin.sk,
        customer_id=account.customer_id,
        seq=account.entries,
        entry_kind=posting.kind,
        points=posting.points,
        balance=posting.after.balance,
        lots=posting.lots,
        tier_before=posting.before.tier,
        tier=posting.after.tier,
        cause=origin.name,
        actor=origin.cause.actor,
        posted_at=clock.now(),
        **facts,
    )
    _tell(entry, posting, origin.cause)
    return entry


def commit_entry(entry: Entry, account: Account, *others: Write | None) -> None:
    """Write the entry, the account and `others`, or nothing.

    Raises AlreadyPostedError when the entry is in the ledger, LostRaceError when the account has changed since.
    """
    commit(Put(entry, error=AlreadyPostedError()), Put(account), *others)


def entries_of_order(order_id: str) -> list[Entry]:
    """What an order earned and what was taken back of it, as it is now."""
    return list(Entry.query(f"ORDER#{order_id}", consistent_read=True))


def expired_points(customer_id: str, day: date) -> int:
    """How many points of the lot of `day` have expired unspent, as it is now."""
    # An entry is named by the latest day of its lots, so those that hold an earlier day come after it.
    entries = Entry.query(f"EXPIRY#{customer_id}", Entry.sk >= day.isoformat(), consistent_read=True)
    return -sum(entry.lots.get(day, 0) for entry in entries)


def entries_of(customer_id: str, *, before: int | None, kind: EntryKind | None, limit: int | None) -> list[Entry]:
    """At most `limit` entries of a customer numbered below `before`, newest first; the very newest may lag a little."""
    numbered = Entry.seq < before if before is not None else None
    wanted = Entry.entry_kind == kind if kind else None
    found = Entry.by_customer.query(customer_id, numbered, wanted, scan_index_forward=False, limit=limit)
    return list(found)


def customers_due(today: date) -> Iterator[str]:
    """Customers whose soonest lot ended before `today`, whichever shard they are in."""
    for shard in SHARDS:
        for account in Account.due_accounts.query(shard, Account.due_on < today):
            yield customer_in(account.pk)


def _tell(entry: Entry, posting: Posting, cause: Cause) -> None:
    event = _TELLS.get(posting.kind)
    # An order that earns nothing, or a refund of points that had expired, is in the ledger and no news.
    if event and posting.points:
        entry.tell(event, cause)
    if posting.changes_tier and posting.kind is not EntryKind.VOIDED:
        entry.tell(TierChanged, cause)
