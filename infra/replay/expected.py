"""Calculates points and tiers from the file's amounts, to compare the platform's figures with.

Nothing here uses the services' code: only two independent calculations are a check.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True)
class Style:
    """A preset in plain numbers.

    `rungs` holds for each tier its name, the points earned by orders that reach it, and its points for 10 units
    of money.
    `birthday` multiplies the points of an order placed in the customer's month of birth. A registration gives `sign_up`
    points.
    """

    rungs: tuple[tuple[str, int, int], ...]
    birthday: int = 1
    sign_up: int = 0


# Classic: 10, 12 and 15 points a unit of money. Ladder: 1, 1.5 and 2 points, twice as many in the month of birth, and
# 100 for registering.
STYLES: Final[Mapping[str, Style]] = {
    "classic": Style((("gold", 5_000, 150), ("silver", 1_000, 120), ("bronze", 0, 100))),
    "ladder": Style((("gold", 2_000, 20), ("silver", 500, 15), ("bronze", 0, 10)), birthday=2, sign_up=100),
}


def points_of(orders: Iterable[tuple[int, bool]], style: Style, unit: int = 100) -> list[int]:
    """The points of one customer's orders, in the sequence in which the ledger posted them.

    `orders` holds for each order its amount in minor units, of which `unit` are a unit of money, and whether it was
    placed in the month of birth. Each order earns by the tier that the points of the earlier orders have reached,
    rounded down to whole points.
    """
    earned = 0
    each = []
    for amount, is_birthday in orders:
        rate = next(rate for _, reached, rate in style.rungs if earned >= reached)
        each.append(amount * rate * (style.birthday if is_birthday else 1) // (10 * unit))
        earned += each[-1]
    return each


def tier_of(earned: int, style: Style) -> str:
    """The tier that `earned` points of orders reach."""
    return next(tier for tier, reached, _ in style.rungs if earned >= reached)


def year_after(day: date) -> date:
    """The day twelve months later. 29 February becomes the 28th."""
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def alive(placed: date, today: date) -> bool:
    """Whether the points of an order placed on that day are usable: they end with the month, a year later."""
    year = year_after(placed)
    return year.replace(day=calendar.monthrange(year.year, year.month)[1]) >= today
