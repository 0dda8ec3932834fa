"""Reads accounts and entries, and writes an entry together with its account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from loyalty.ledger.balances import EntryKind, Posting
from loyalty.ledger.chain import GENESIS
from loyalty.ledger.due_dates import minute_of
from loyalty.ledger.items import CLOSING, Account, Entry
from loyalty.ledger.terms import Terms
from shared import clock
from shared.items.keys import shard_of
from shared.items.readable import UnreadableItemError, missing_attribute
from shared.items.table import Put, Write, commit
from shared.jobs import rows_due
from shared.messages.cause import Cause

# Rows of the index of open holds have some 150 bytes.
_ROWS_A_QUERY: Final = 200


class AlreadyPostedError(Exception):
    """The ledger already has an entry with this key, so for this cause."""


@dataclass(frozen=True)
class Origin:
    """The cause of an entry: its key, its readable name and its actor."""

    pk: str
    sk: str
    name: str
    cause: Cause


def post_entry(
    account: Account, posting: Posting, origin: Origin, terms: Terms, *, reason: str | None = None, **facts: Any
) -> Entry:
    """Make a posting's entry and set the account's balances; `write` stores both. A None in `facts` is left out.

    `reason` holds words of staff.
    """
    now = clock.now()
    account.entries += 1
    if posting.is_activity:
        account.active_on = terms.today
    account.warned_on = account.warned_on or terms.today
    account.set_balances(posting.after, terms, now)
    entry = Entry(
        origin.pk,
        origin.sk,
        account=account.name,
        seq=account.entries,
        # The entry's day in UTC, and a shard.
        day_shard=f"{now.astimezone(UTC).date()}#{shard_of(account.pk)}",
        entry_kind=posting.kind,
        amount=posting.amount,
        lots=posting.lots or None,
        pending=posting.pending or None,
        held=posting.held or None,
        owed=posting.owed or None,
        after=posting.after.vector,
        cause=origin.name,
        actor=origin.cause.actor,
        programme=terms.version or None,
        posted_at=now,
        previous=account.head or GENESIS,
        facts={name: fact for name, fact in facts.items() if fact is not None} or None,
    )
    entry.give_reason(reason)
    return entry


def seal(entry: Entry, account: Account) -> None:
    """Make the entry, complete but for this, the head of its account's chain; the account is as it will be stored."""
    if entry.entry_kind not in CLOSING:
        entry.state = account.state
    account.head = entry.hash


def write(entry: Entry, account: Account, *others: Write | None, error: Exception | None = None) -> None:
    """Write the entry, the account and `others` in one transaction.

    Raises `error` when the entry exists (AlreadyPostedError where it is None). Raises LostRaceError when the account
    has changed since it was read.
    """
    seal(entry, account)
    commit(Put(entry, error=error or AlreadyPostedError()), Put(account), *others)


def entries_of(account: str, *, before: int | None, kind: EntryKind | None, limit: int | None) -> list[Entry]:
    """At most `limit` entries of an account numbered below `before`, newest first; the index may lag a moment."""
    numbered = Entry.seq < before if before is not None else None
    wanted = Entry.entry_kind == kind if kind else None
    return list(Entry.by_account.query(account, numbered, wanted, scan_index_forward=False, limit=limit))


def entries_from_first(account: str) -> Iterator[Entry | UnreadableItemError]:
    """All entries of an account from the first on, or why one cannot be read; the index may lag a moment."""
    for page in Entry.by_account.query(account).page_iter:
        yield from map(_read_entry, page["Items"])


def _read_entry(raw: dict[str, Any]) -> Entry | UnreadableItemError:
    try:
        entry = Entry.from_raw_data(raw)
    except UnreadableItemError as error:
        return error
    missing = missing_attribute(entry)
    return UnreadableItemError(missing) if missing else entry


def accounts_due(now: datetime) -> Iterator[tuple[str, str]]:
    """Keys of the due accounts: first those with a hold that ends, then the others."""
    until = minute_of(now)
    ending = dict.fromkeys((found.pk, found.sk) for found in rows_due(Account.open_holds, Account.hold_until, until))
    yield from ending
    for account in rows_due(Account.due_accounts, Account.due_at, until):
        if (key := (account.pk, account.sk)) not in ending:
            yield key


def accounts_with_holds(shard: str, since: str | None) -> Iterator[Account]:
    """The keys of the accounts in one shard of which a hold would end by itself, from a stored moment on."""
    later = Account.hold_until >= since if since else None
    yield from Account.open_holds.query(shard, later, page_size=_ROWS_A_QUERY)
