"""What an order earns, how long it lives, and what a refund leaves of it."""

from __future__ import annotations

import calendar
from datetime import date
from decimal import ROUND_FLOOR, Decimal

from shared.money import in_major_units


def points_for(total: int, currency: str, *, points_per_unit: int, multiplier: Decimal) -> int:
    """Points for `total` (minor units), multiplied exactly and rounded down once at the end."""
    exact = in_major_units(total, currency) * points_per_unit * multiplier
    return int(exact.to_integral_value(ROUND_FLOOR))


def taken_back_target(earned: int, total: int, refunded: int) -> int:
    """How many of `earned` points must be taken back when `refunded` of `total` (minor units) was given back.

    What stays is the part of the money that stays, rounded down; a whole refund leaves nothing.
    """
    stays = max(total - refunded, 0)
    return earned - (earned * stays // total if total else 0)


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last of that month where it is shorter: 31 January and 1 give 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
