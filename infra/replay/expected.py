"""What the file's amounts come to by a plain calculation of its own, to hold the platform's figures against.

Nothing here uses the services' code: two ways to the same number are a check, one is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

# Tier, points earned from which it is held, and hundredths of points a cent (10 points a dollar, times 1, 1.2, 1.5).
_LADDER: Final = (("gold", 5_000, 15), ("silver", 1_000, 12), ("bronze", 0, 10))


def points_of(amounts: Iterable[int]) -> list[int]:
    """Points of one customer's orders, given their amounts in cents in the order in which they were posted.

    Each earns by the tier that the points before it have reached, rounded down to whole points.
    """
    earned = 0
    each = []
    for cents in amounts:
        tenths = next(rate for _, reached, rate in _LADDER if earned >= reached)
        each.append(cents * tenths // 100)
        earned += each[-1]
    return each


def tier_of(earned: int) -> str:
    """The tier that so many points earned have reached."""
    return next(tier for tier, reached, _ in _LADDER if earned >= reached)


def year_after(day: date) -> date:
    """Twelve months later; 29 February becomes the 28th."""
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def alive(placed: date, today: date) -> bool:
    """Whether the points of an order placed on that day can still be used: through the day a year later."""
    return year_after(placed) >= today
