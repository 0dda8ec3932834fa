"""Reads the purchases of samples/cdnow_sample.txt as orders of a shop whose last day was yesterday."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, Self

import iso4217

from infra.apps import ROOT

SAMPLE: Final = ROOT / "samples" / "cdnow_sample.txt"
NOON: Final = time(12, tzinfo=UTC)
# The ids of all orders of the sample begin with this, and no other order's id does.
ID_PREFIX: Final = "cdnow-"


@dataclass(frozen=True)
class Currency:
    """A currency by its ISO 4217 code, with the `digits` of its minor unit: 2 for USD, 0 for JPY, 3 for KWD."""

    code: str
    digits: int

    @classmethod
    def of(cls, code: str) -> Self:
        """The currency with this code. Raises ValueError for a code that no currency in use has."""
        found = next((one for one in iso4217.Currency if one.value == code), None)
        if found is None or found.exponent is None:
            raise ValueError(f"{code} is not the ISO 4217 code of a currency, such as GBP")
        return cls(code, found.exponent)

    @property
    def unit(self) -> int:
        """One unit of money in minor units."""
        return int(10**self.digits)


USD: Final = Currency("USD", 2)


@dataclass(frozen=True)
class Purchase:
    """One row of the file as an order. `amount` is its total in minor units. The id is the same in every run."""

    order_id: str
    buyer: str
    placed_at: datetime
    discs: int
    amount: int
    currency: Currency


def read_purchases(customers: int | None, today: date, currency: Currency = USD) -> list[Purchase]:
    """The purchases of the first `customers` buyers (all when None), oldest first, the last of them yesterday.

    The file's dollars become units of `currency`, rounded down to its minor unit. The file has days without times. The
    purchases of one buyer's day begin at noon UTC and are a minute apart. Raises ValueError for a row that does not
    have the file's form.
    """
    rows = [line.split() for line in SAMPLE.read_text(encoding="ascii").splitlines() if line.strip()]
    wanted = [row for row in rows if customers is None or int(row[1]) <= customers]
    shift = today - timedelta(days=1) - max(_day(row) for row in wanted)
    seen: Counter[tuple[str, str]] = Counter()
    purchases = []
    for row in wanted:
        seen[row[1], row[2]] += 1
        purchases.append(_purchase(row, seen[row[1], row[2]], shift, currency))
    return sorted(purchases, key=lambda purchase: (purchase.placed_at, purchase.order_id))


def _purchase(row: list[str], position: int, shift: timedelta, currency: Currency) -> Purchase:
    _, buyer, day, discs, dollars = row
    placed_at = datetime.combine(_day(row) + shift, NOON) + timedelta(minutes=position - 1)
    amount = int(Decimal(dollars) * currency.unit)
    return Purchase(f"{ID_PREFIX}{buyer}-{day}-{position}", buyer, placed_at, int(discs), amount, currency)


def _day(row: list[str]) -> date:
    return datetime.strptime(row[2], "%Y%m%d").replace(tzinfo=UTC).date()
