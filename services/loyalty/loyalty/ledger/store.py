"""Reads accounts and entries, and writes an entry together with its account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from loyalty.ledger.balances import EntryKind, Posting
from loyalty.ledger.due_dates import minute_of
from loyalty.ledger.items import Account, Entry, entry_of
from loyalty.ledger.terms import Terms
from shared import clock
from shared.items.table import Put, Write, commit
from shared.jobs import rows_due
from shared.messages.cause import Cause

# Kinds of entries that do not count as activity. Every gift counts as activity, even one by staff: otherwise points
# added to an idle account would be overdue at once.
_IDLE: Final = frozenset(
    {
        EntryKind.RIPENED,
        EntryKind.HELD,
        EntryKind.RELEASED,
        EntryKind.EXPIRED,
        EntryKind.REVIEWED,
        EntryKind.REVERSED,
        EntryKind.REVOKED,
        EntryKind.MERGED_IN,
        EntryKind.MERGED_OUT,
    }
)


class AlreadyPostedError(Exception):
    """The ledger already has an entry with this key, so for this cause."""


@dataclass(frozen=True)
class Origin:
    """The cause of an entry: its key, its readable name and its actor."""

    pk: str
    sk: str
    name: str
    cause: Cause


def post_entry(account: Account, posting: Posting, origin: Origin, terms: Terms, **facts: Any) -> Entry:
    """Make the entry of a posting and set the account's balances. `write` stores both.

    `facts` are the facts of the entry's kind; a fact that is None is left out.
    """
    now, previous = clock.now(), account.head
    account.entries += 1
    account.set_balances(posting.after)
    entry = Entry(
        origin.pk,
        origin.sk,
        **entry_of(account, posting, previous, now),
        cause=origin.name,
        actor=origin.cause.actor,
        programme=terms.version or None,
        facts={name: fact for name, fact in facts.items() if fact is not None} or None,
    )
    if posting.kind not in _IDLE and (posting.kind is not EntryKind.ADJUSTED or posting.amount > 0):
        account.active_on = terms.watch.today
    account.warned_on = account.warned_on or terms.watch.today
    account.move_due(terms.watch, now)
    return entry


def write(entry: Entry, account: Account, *others: Write | None, error: Exception | None = None) -> None:
    """Write the entry, the account and `others` in one transaction.

    Raises `error` when the entry exists (AlreadyPostedError where it is None). Raises LostRaceError when the account
    has changed since it was read.
    """
    account.head = entry.hash
    commit(Put(entry, error=error or AlreadyPostedError()), Put(account), *others)


def entries_of(account: str, *, before: int | None, kind: EntryKind | None, limit: int | None) -> list[Entry]:
    """At most `limit` entries of an account numbered below `before`, newest first; the index may lag a moment."""
    numbered = Entry.seq < before if before is not None else None
    wanted = Entry.entry_kind == kind if kind else None
    return list(Entry.by_account.query(account, numbered, wanted, scan_index_forward=False, limit=limit))


def entries_from_first(account: str) -> Iterator[Entry]:
    """All entries of an account from the first on; the index may lag a moment."""
    return iter(Entry.by_account.query(account))


def accounts_due(now: datetime) -> Iterator[tuple[str, str]]:
    """Keys of the due accounts: first those with a hold that ends, then the others."""
    until = minute_of(now)
    ending = dict.fromkeys((found.pk, found.sk) for found in rows_due(Account.open_holds, Account.hold_until, until))
    yield from ending
    for account in rows_due(Account.due_accounts, Account.due_at, until):
        if (key := (account.pk, account.sk)) not in ending:
            yield key
