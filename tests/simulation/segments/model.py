"""Which segments somebody is in, by the rules in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tests.simulation.customers.model import SHOP_CURRENCY


def segments_of(stats: Iterable[Mapping[str, Any]], registered_at: str | None, today: date) -> set[str]:
    """The segments of a customer with these stats, by currency, on a day."""
    rows = list(stats)
    orders = sum(row["orders"] for row in rows)
    cents = sum(row["spent"] for row in rows if row["currency"] == SHOP_CURRENCY)
    last = max((row["last_order_at"] for row in rows), default=None)
    idle = _days(last, today)
    aged = _days(registered_at, today)
    much = cents > 100_000
    members = {
        "at_risk": (much or orders >= 5) and idle is not None and idle > 90,
        "frequent": orders > 5,
        "high_value": much and idle is not None and idle <= 90,
        "new": aged is not None and aged <= 30 and orders < 3,
        "one_time": orders == 1 and idle is not None and idle > 30,
    }
    return {name for name, holds in members.items() if holds}


def _days(moment: str | None, today: date) -> int | None:
    return (today - date.fromisoformat(moment[:10])).days if moment else None
