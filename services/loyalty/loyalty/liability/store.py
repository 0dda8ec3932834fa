"""Reads the entries of a day, page by page, and reads and writes closed days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from loyalty.ledger.items import Entry
from loyalty.liability.items import PARTITION, PROGRESS, ClosedDay, Progress, key_of
from loyalty.liability.rules import Line, ledger_of
from shared.items.table import LARGEST_TRANSACTION, Put, commit, find

# Each entry has some 300 bytes, so a page is under the megabyte that one query reads. A run holds one page in memory.
_ENTRIES_A_PAGE: Final = 2_000
# The progress is written with them.
LEDGERS_AT_ONCE: Final = LARGEST_TRANSACTION - 1


@dataclass(frozen=True)
class Page:
    """The result of one query, and the position of the next; None after the last."""

    lines: list[Line]
    next_position: Any


def page_of(day: date, shard: str, position: Any) -> Page:
    """The entries of a day in one shard after a position: as many as one query returns."""
    shard_of_day = f"{day}#{shard}"
    pages = Entry.by_day.query(shard_of_day, last_evaluated_key=position, page_size=_ENTRIES_A_PAGE).page_iter
    found = next(pages)
    return Page([line_of(Entry.from_raw_data(item)) for item in found["Items"]], pages.last_evaluated_key)


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
