"""Checks of ledgers and cards that hold at every moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from loyalty.ledger.items import Account as StoredAccount
from loyalty.ledger.items import Entry as StoredEntry
from loyalty.ledger.verification import Verification, verify
from tests.simulation.loyalty.books import accounts_in
from tests.simulation.loyalty.model.account import Account
from tests.simulation.loyalty.model.ledger import post
from tests.simulation.loyalty.model.terms import NEVER, Terms
from tests.simulation.scene import Scene
from tests.simulation.tables import Row, Tables, customer_of, stored_form

_MINUTES: Final = "%Y-%m-%dT%H:%MZ"


def cards_are_single(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each card in use is its account's, each account's card is there, and one that was replaced leads to another."""
    cards = {row["number"]: row for row in tables.of_kind("loyalty", "card")}
    in_use = {number: row["customer_id"] for number, row in cards.items() if not row.get("replaced_by")}
    for row in tables.of_kind("loyalty", "account"):
        if row.get("card_number") and in_use.pop(row["card_number"], None) != customer_of(row):
            yield f"card of {customer_of(row)} is not there"
    for number, customer_id in in_use.items():
        yield f"card {number} of {customer_id} is nobody's"
    for number, row in cards.items():
        if row.get("replaced_by") and row["replaced_by"] not in cards:
            yield f"card {number} of {row['customer_id']} was replaced by one that is not there"


def ledgers_are_right(scene: Scene, tables: Tables) -> Iterator[str]:
    """Every entry is what the rules in words give, in the ledger's order, and stays; every account is their sum."""
    books = scene.books
    books.learn(scene.world, tables)
    new, wrong = books.new_entries(tables)
    yield from wrong
    for row in new:
        for each in post(books.ledgers, row):
            yield f"entry {row['seq']} of {row['account']} ({row['entry_kind']} {row['pk']} {row['sk']}): {each}"
        books.by_account.setdefault(row["account"], []).append(row)
    touched = {row["account"] for row in new}
    there = set()
    for name, row in accounts_in(tables):
        there.add(name)
        entries = books.by_account.get(name, [])
        if [entry["seq"] for entry in entries] != list(range(1, row["entries"] + 1)):
            yield f"entries of {name} are {[entry['seq'] for entry in entries]}, the account counts {row['entries']}"
            continue
        yield from _account_is_right(name, row, books.ledgers.accounts.get(name, Account()), scene.programme.terms)
        if name in touched:
            yield from _chain_holds(name, row, [books.entries[(entry["pk"], entry["sk"])] for entry in entries])
    for name in touched - there:
        yield f"{name} has entries and no account"


# An account without entries has this tier, and every view takes it for the lowest one.
_UNTIL_AN_ENTRY: Final = "bronze"


def changed_ledgers_do_not_verify(scene: Scene, tables: Tables) -> Iterator[str]:
    """In a copy of each ledger one entry is moved to another cause, another one each time: the service notices."""
    for name, row in accounts_in(tables):
        stored = [
            stored_form(scene.books.entries[entry["pk"], entry["sk"]]) for entry in scene.books.by_account.get(name, ())
        ]
        if stored:
            number = row["version"] % len(stored)
            stored[number] = {**stored[number], "cause": {"S": "another"}}
            found = _verified(row, stored)
            if found.holds:
                yield f"entry {number + 1} of {name} was changed, and the ledger is answered to verify"


def _account_is_right(name: str, row: Row, account: Account, terms: Terms) -> Iterator[str]:
    said: dict[str, Any] = {part: row.get(part) or {} for part in ("lots", "pending", "written_off")}
    said |= {part: row.get(part) or 0 for part in ("owed", "earned", "spent", "expired")}
    said["holds"] = {hold_id: [hold[0], hold[1]] for hold_id, hold in (row.get("holds") or {}).items()}
    due: dict[str, Any] = {part: getattr(account, part) for part in said}
    due["written_off"] = {day: amount for day, amount in account.written_off.items() if amount}
    due["holds"] = {hold_id: [hold.until, hold.taken.lots] for hold_id, hold in account.holds.items()}
    if row["kind"] == "account":
        is_overdue = "erased_at" in row or "merged_into" in row
        said["tier"], due["tier"] = row["tier"], terms.lowest if is_overdue else account.tier or _UNTIL_AN_ENTRY
        yield from _is_listed(name, row, account)
    yield from (
        f"account {name} has {part} {said[part]}, should be {due[part]}" for part in said if said[part] != due[part]
    )
    ends = (datetime.fromisoformat(hold.until) for hold in account.holds.values())
    soonest = {
        "hold_until": min(ends, default=None),
        "due_at": _soonest(account, terms, is_credit=row["kind"] == "credit"),
    }
    for place, moment in soonest.items():
        if moment and not (row.get(place) and row[place] <= moment.strftime(_MINUTES)):
            yield f"time does something to {name} at {moment}, and its {place} is {row.get(place)}"


# Where the bands of balances begin, in the list of accounts: at 0, and at 1, 2 and 5 of each power of ten.
_BANDS: Final = (0, *(first * 10**zeros for zeros in range(12) for first in (1, 2, 5)))


def _is_listed(name: str, row: Row, account: Account) -> Iterator[str]:
    """An account is in the list by its tier and balance; a closed one is not."""
    said = (row.get("tier_shard", "").rpartition("#")[0], row.get("rank", ""))
    band = sum(account.balance >= begin for begin in _BANDS)
    due = (account.tier if row["entries"] else "", f"{band:02}#{name.removeprefix('cus_')}")
    if "erased_at" in row or "merged_into" in row:
        due = ("", "")
    if said != due:
        yield f"account {name} is listed at {said}, should be at {due}"


def _soonest(account: Account, terms: Terms, *, is_credit: bool) -> datetime | None:
    """When a day does something to an account next: a lot ends, something ripens."""
    moments = [terms.start_of(where[:10]) for where in account.pending]
    active_on = None if is_credit else account.active_on
    ends = (terms.last_day(lot, active_on) for lot in account.lots)
    moments += [terms.start_of(day) + timedelta(days=1) for day in ends if day != NEVER]
    return min((moment.astimezone(UTC) for moment in moments), default=None)


def _chain_holds(name: str, row: Row, entries: Sequence[Row]) -> Iterator[str]:
    """The service's own verification agrees, that of the whole chain of hashes among it."""
    found = _verified(row, [stored_form(entry) for entry in entries])
    if not found.holds:
        yield f"the ledger of {name} does not verify at entry {found.broken_at}: {found.what}"


def _verified(row: Row, entries: Sequence[dict[str, Any]]) -> Verification:
    return verify(
        StoredAccount.from_raw_data(stored_form(row)), [StoredEntry.from_raw_data(entry) for entry in entries]
    )
