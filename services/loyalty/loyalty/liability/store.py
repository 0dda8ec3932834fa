"""Reads the entries of a day, page by page, and reads and writes closed days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Final

from loyalty.anchors.items import Anchor
from loyalty.anchors.store import write_anchors
from loyalty.ledger.chain import hash_of
from loyalty.ledger.items import Entry
from loyalty.liability.items import PARTITION, PROGRESS, ClosedDay, Progress, key_of
from loyalty.liability.rules import Line, ledger_of
from shared.items.batches import find_all
from shared.items.readable import UnreadableItemError, missing_attribute
from shared.items.table import LARGEST_TRANSACTION, Put, commit, find

# Each entry has some 300 bytes, so a page is under the megabyte that one query reads. A run holds one page in memory.
_ENTRIES_A_PAGE: Final = 2_000
# The progress is written with them.
LEDGERS_AT_ONCE: Final = LARGEST_TRANSACTION - 1


@dataclass(frozen=True)
class Page:
    """The result of one query, and the position of the next; None after the last.

    `newest` has the key of each account's newest entry on the page.
    """

    lines: list[Line]
    next_position: Any
    newest: list[tuple[str, str]]


def page_of(day: date, shard: str, position: Any) -> Page:
    """The entries of a day in one shard after a position: as many as one query returns."""
    shard_of_day = f"{day}#{shard}"
    pages = Entry.by_day.query(shard_of_day, last_evaluated_key=position, page_size=_ENTRIES_A_PAGE).page_iter
    found = [Entry.from_raw_data(item) for item in next(pages)["Items"]]
    newest = {entry.account: (entry.pk, entry.sk) for entry in sorted(found, key=attrgetter("seq"))}
    return Page([line_of(entry) for entry in found], pages.last_evaluated_key, list(newest.values()))


def anchor(day: date, position: Any, page: Page) -> None:
    """Store where the chains of a page's accounts stood. The page was read from `position`, which names it."""
    anchors = {entry.account: Anchor(entry.seq, entry.hash) for entry in _read_whole(page.newest)}
    write_anchors(day, hash_of(b"", position or {}).hex()[:16], anchors)


def _read_whole(keys: list[tuple[str, str]]) -> list[Entry]:
    """The entries, whose index lacks what a hash covers. One that is broken has no anchor, and stops no day."""
    try:
        found = find_all(Entry, keys, consistent_read=False)
    except UnreadableItemError:
        found = [entry for key in keys if (entry := _readable(*key))]
    return [entry for entry in found if not missing_attribute(entry)]


def _readable(pk: str, sk: str) -> Entry | None:
    try:
        return find(Entry, pk, sk)
    except UnreadableItemError:
        return None


def line_of(entry: Entry) -> Line:
    """The parts of an entry that the books count."""
    return Line(
        ledger_of(entry.account),
        entry.entry_kind,
        entry.amount,
        entry.lots or {},
        entry.pending or {},
        entry.held or 0,
    )


def find_first_day() -> date | None:
    """The first day with an entry. It scans the index of days: once in a table's life."""
    days = (
        item["day_shard"]["S"].partition("#")[0]
        for page in Entry.by_day.scan(attributes_to_get=["day_shard"]).page_iter
        for item in page["Items"]
    )
    first = min(days, default=None)
    return date.fromisoformat(first) if first else None


def find_progress() -> Progress | None:
    """The progress of the books, read consistently."""
    return find(Progress, PARTITION, PROGRESS)


def find_closed(ledger: str, day: date) -> ClosedDay | None:
    return find(ClosedDay, *key_of(ledger, day))


def save(progress: Progress) -> None:
    """Store the sums counted so far. Raises LostRaceError when another run was faster."""
    commit(Put(progress))


def write_days(closed: Iterable[ClosedDay], progress: Progress) -> None:
    """Write a day of at most LEDGERS_AT_ONCE ledgers and the progress, in one transaction.

    Raises LostRaceError when another run was faster.
    """
    commit(*(Put(each) for each in closed), Put(progress))
