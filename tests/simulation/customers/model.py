"""What the orders come to, by brute force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

SHOP_CURRENCY: Final = "USD"


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


def moment(text: str) -> str:
    """A moment in one spelling, whichever library wrote it."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="microseconds")
