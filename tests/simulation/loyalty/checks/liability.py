"""Checks of the books of what the shop owes: each closed day is what the entries until then come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any, Final

from tests.simulation.loyalty.model.terms import NEVER
from tests.simulation.scene import Scene
from tests.simulation.tables import Row, Tables

# What kinds of entries are called in the books, where that is not their own name.
_NAMES: Final = {
    **dict.fromkeys(("captured", "redeemed"), "spent"),
    **dict.fromkeys(("sent", "received", "withdrawn", "returned"), "transferred"),
    **dict.fromkeys(("merged_in", "merged_out"), "merged"),
}


# A day is closed once it has been over for so long.
_SETTLED_AFTER: Final = timedelta(hours=1)


@dataclass
class _Sums:
    """What entries come to."""

    entries: int = 0
    moved: Counter[str] = field(default_factory=Counter)
    available: Counter[str] = field(default_factory=Counter)
    pending: Counter[str] = field(default_factory=Counter)
    held: int = 0
    owed: int = 0

    def add(self, entry: Row) -> None:
        """Count one more."""
        self.entries += 1
        self.moved[_name(entry)] += entry["amount"]
        for lot, amount in (entry.get("lots") or {}).items():
            self.available[_month(lot)] += amount
        for where, amount in (entry.get("pending") or {}).items():
            self.pending[_month(where.partition("/")[2])] += amount
        self.held += entry.get("held") or 0
        self.owed += entry.get("owed") or 0

    @property
    def said(self) -> list[Any]:
        """As the books say it."""
        both = {month: [self.available[month], self.pending[month]] for month in {*self.available, *self.pending}}
        months = {month: places for month, places in both.items() if any(places)}
        return [
            self.entries,
            {name: amount for name, amount in self.moved.items() if amount},
            months,
            self.held,
            self.owed,
        ]


def days_are_closed_as_posted(scene: Scene, tables: Tables) -> Iterator[str]:
    """Each closed day of each ledger holds what all entries until its end come to, and no day that is over is open."""
    if not scene.closes_days:
        return
    ledgers: dict[str, list[Row]] = {}
    for entry in tables.of_kind("loyalty", "entry"):
        currency = entry["account"].partition("#")[2]
        ledgers.setdefault(f"credit:{currency}" if currency else "points", []).append(entry)
    closed: dict[str, list[Row]] = {}
    for row in tables.of_kind("loyalty", "closed_day"):
        closed.setdefault(row["pk"].removeprefix("LIABILITY#"), []).append(row)
    last = ((scene.expired_at.astimezone(UTC) - _SETTLED_AFTER).date() - timedelta(days=1)).isoformat()
    for ledger, entries in ledgers.items():
        entries.sort(key=lambda entry: str(entry["posted_at"]))
        days = sorted(closed.get(ledger, []), key=lambda row: str(row["sk"]))
        if entries[0]["posted_at"][:10] <= last and (not days or days[-1]["sk"] != last):
            yield f"{last} of {ledger} is open still"
        yield from _wrong_days(ledger, days, entries)


def _wrong_days(ledger: str, days: list[Row], entries: list[Row]) -> Iterator[str]:
    sums, waiting = _Sums(), iter(entries)
    entry = next(waiting, None)
    for row in days:
        while entry is not None and entry["posted_at"][:10] <= row["sk"]:
            sums.add(entry)
            entry = next(waiting, None)
        if row["closed"][1] != sums.said:
            yield f"the books of {ledger} at the end of {row['sk']} say {row['closed'][1]}, its entries {sums.said}"
            return


def _name(entry: Row) -> str:
    if entry["entry_kind"] == "adjusted":
        return "added" if entry["amount"] > 0 else "deducted"
    return _NAMES.get(entry["entry_kind"], str(entry["entry_kind"]))


def _month(day: str) -> str:
    return "never" if day == NEVER else day[:7]
