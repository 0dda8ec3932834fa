"""Checks the books against the accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from loyalty.kinds import AnyItem
from loyalty.ledger.items import Account, Entry
from loyalty.liability import store
from loyalty.liability.rules import Books, Places, ledger_of, month_of


def check_books(day: date) -> list[str]:
    """Differences between the closed day and the accounts, in words; empty when they agree.

    The accounts are read as they are now, and later entries are subtracted. It reads the whole table while nobody may
    write: it is for tests and audits, and no function may call it.
    """
    held, since = _accounts_and_entries_since(day)
    found = []
    for ledger in sorted({*held, *since}):
        closed = store.find_closed(ledger, day)
        books = closed.closed.books if closed else Books()
        books.add(since.get(ledger, Books()))
        found += _differences(ledger, books, held.get(ledger, Books()))
    return found


def _accounts_and_entries_since(day: date) -> tuple[Mapping[str, Books], Mapping[str, Books]]:
    held: dict[str, Books] = {}
    since: dict[str, Books] = {}
    for item in AnyItem.scan(consistent_read=True):
        if isinstance(item, Account):
            held.setdefault(ledger_of(item.name), Books()).add(_books_of(item))
        elif isinstance(item, Entry) and item.posted_at.date() > day:
            since.setdefault(ledger_of(item.account), Books()).count(store.line_of(item))
    return held, since


def _books_of(account: Account) -> Books:
    """The sums of one account."""
    balances = account.balances
    books = Books(entries=account.entries, held=balances.held, owed=balances.owed)
    for lot, amount in balances.lots.items():
        books.add(Books(months={month_of(lot): Places(available=amount)}))
    for where, amount in balances.pending.items():
        books.add(Books(months={month_of(where.lot): Places(pending=amount)}))
    return books


def _differences(ledger: str, books: Books, accounts: Books) -> list[str]:
    pairs = {
        "entries": (books.entries, accounts.entries),
        "months": (books.months, accounts.months),
        "held": (books.held, accounts.held),
        "owed": (books.owed, accounts.owed),
        "balance": (sum(books.moved.values()), accounts.balance),
    }
    return [
        f"{ledger}: {what} are {ours} in the books and {theirs} in the accounts"
        for what, (ours, theirs) in pairs.items()
        if ours != theirs
    ]
