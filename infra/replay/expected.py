"""What the file's amounts come to by a plain calculation of its own, to hold the platform's figures against.

Nothing here uses the services' code: two ways to the same number are a check, one is none.
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

    `rungs`: tier, points earned by orders from which it is held, and points for 1,000 cents. `birthday` multiplies the
    points of an order placed in the customer's month of birth; `sign_up` is what registering gives.
    """

    rungs: tuple[tuple[str, int, int], ...]
    birthday: int = 1
    sign_up: int = 0


# 10, 12 and 15 points a dollar; and 1, 1.5 and 2, twice as many in the month of birth, with 100 for registering.
STYLES: Final[Mapping[str, Style]] = {
    "classic": Style((("gold", 5_000, 150), ("silver", 1_000, 120), ("bronze", 0, 100))),
    "ladder": Style((("gold", 2_000, 20), ("silver", 500, 15), ("bronze", 0, 10)), birthday=2, sign_up=100),
}


def points_of(orders: Iterable[tuple[int, bool]], style: Style) -> list[int]:
    """Points of one customer's orders in the order in which they were posted: cents, and whether in the birth month.

    Each earns by the tier that the points of those before it have reached, rounded down to whole points.
    """
    earned = 0
    each = []
    for cents, is_birthday in orders:
        rate = next(rate for _, reached, rate in style.rungs if earned >= reached)
        each.append(cents * rate * (style.birthday if is_birthday else 1) // 1_000)
        earned += each[-1]
    return each


def tier_of(earned: int, style: Style) -> str:
    """The tier that so many points earned by orders have reached."""
    return next(tier for tier, reached, _ in style.rungs if earned >= reached)


def year_after(day: date) -> date:
    """Twelve months later; 29 February becomes the 28th."""
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def alive(placed: date, today: date) -> bool:
    """Whether the points of an order placed on that day can still be used: through the month's end a year later."""
    year = year_after(placed)
    return year.replace(day=calendar.monthrange(year.year, year.month)[1]) >= today
