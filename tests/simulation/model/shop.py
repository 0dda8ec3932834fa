"""What must come out of orders, segments and consents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

_SHOP_CURRENCY: Final = "USD"


@dataclass(frozen=True)
class Spent:
    """What one customer's orders come to in one currency."""

    orders: int
    spent: int
    first: str
    last: str


def refunded(total: int, refunds: Mapping[str, int]) -> int:
    """What was given back: never more than there was."""
    return min(total, sum(refunds.values()))


def is_cancelled(order: Mapping[str, Any]) -> bool:
    """Whether what was said last of it is that it was called off; at one moment that counts."""
    cancelled, reinstated = order.get("cancelled_at"), order.get("reinstated_at")
    return cancelled is not None and (not reinstated or moment(cancelled) >= moment(reinstated))


def money_of(order: Mapping[str, Any]) -> int:
    """What its customer spent on it, for good."""
    if "paid_at" not in order or is_cancelled(order):
        return 0
    return int(order["total"]) - refunded(order["total"], order["refunds"])


def spent_by(orders: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Spent]:
    """By customer and currency, from the orders as they are stored."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for order in orders:
        if order.get("customer_id"):
            found.setdefault((order["customer_id"], order["currency"]), []).append(order)
    return {key: _sum(theirs) for key, theirs in found.items()}


def _sum(orders: list[Mapping[str, Any]]) -> Spent:
    money = sum(map(money_of, orders))
    placed = sorted(one["placed_at"] for one in orders)
    return Spent(len(orders), money, placed[0], placed[-1])


def segments_of(stats: Iterable[Mapping[str, Any]], registered_at: str | None, today: date) -> set[str]:
    """The segments of a customer with these stats, by currency, on a day."""
    rows = list(stats)
    orders = sum(row["orders"] for row in rows)
    cents = sum(row["spent"] for row in rows if row["currency"] == _SHOP_CURRENCY)
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


def standing(entries: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, bool]]:
    """By channel, when what stands was decided and whether it grants; at one moment a refusal outweighs."""
    found: dict[str, tuple[str, bool]] = {}
    for entry in entries:
        decided = (moment(entry["decided_at"]), not entry["granted"])
        found[entry["channel"]] = max(found.get(entry["channel"], ("", False)), decided)
    return {channel: (at, not refuses) for channel, (at, refuses) in found.items()}


def moment(text: str) -> str:
    """A moment in one spelling, whichever library wrote it."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="microseconds")
