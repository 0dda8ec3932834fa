"""Reads the purchases of samples/cdnow_sample.txt as orders of a shop whose last day was yesterday."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from infra.apps import ROOT

SAMPLE: Final = ROOT / "samples" / "cdnow_sample.txt"
CURRENCY: Final = "USD"
NOON: Final = time(12, tzinfo=UTC)


@dataclass(frozen=True)
class Purchase:
    """One row of the file as an order. `cents` is its total. The id is the same in every run."""

    order_id: str
    buyer: str
    placed_at: datetime
    discs: int
    cents: int


def read_purchases(customers: int | None, today: date, source: Path = SAMPLE) -> list[Purchase]:
    """The purchases of the first `customers` buyers (all when None), oldest first, the last of them yesterday.

    The file has days without times. The purchases of one buyer's day begin at noon UTC and are a minute apart. Raises
    ValueError for a row that does not have the file's form.
    """
    rows = [line.split() for line in source.read_text(encoding="ascii").splitlines() if line.strip()]
    wanted = [row for row in rows if customers is None or int(row[1]) <= customers]
    shift = today - timedelta(days=1) - max(_day(row) for row in wanted)
    seen: Counter[tuple[str, str]] = Counter()
    purchases = []
    for row in wanted:
        seen[row[1], row[2]] += 1
        purchases.append(_purchase(row, seen[row[1], row[2]], shift))
    return sorted(purchases, key=lambda purchase: (purchase.placed_at, purchase.order_id))


def _purchase(row: list[str], position: int, shift: timedelta) -> Purchase:
    _, buyer, day, discs, dollars = row
    placed_at = datetime.combine(_day(row) + shift, NOON) + timedelta(minutes=position - 1)
    return Purchase(f"cdnow-{buyer}-{day}-{position}", buyer, placed_at, int(discs), int(Decimal(dollars) * 100))


def _day(row: list[str]) -> date:
    return datetime.strptime(row[2], "%Y%m%d").replace(tzinfo=UTC).date()
