"""The platform's figures against the file's: each check says what it holds against what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from infra.replay.expected import alive, points_of, tier_of
from infra.replay.sample import Purchase


@dataclass(frozen=True)
class Check:
    """One comparison; it holds when both sides are the same."""

    what: str
    file: Any
    platform: Any

    @property
    def holds(self) -> bool:
        """Whether the platform says what the file says."""
        return bool(self.file == self.platform)


@dataclass(frozen=True)
class Stored:
    """What the services have stored, as plain items."""

    orders: list[dict[str, Any]]
    stats: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    entries: list[dict[str, Any]]
    features: list[dict[str, Any]]


def check(purchases: list[Purchase], stored: Stored, today: date) -> list[Check]:
    """Money and orders to the cent, points by a plain calculation, and the ledger against itself."""
    cents = sum(purchase.cents for purchase in purchases)
    parts = [part for row in stored.features for part in row.get("stats") or []]
    expected = _expected_points(purchases, stored.entries)
    return [
        Check(
            "orders recorded, each once",
            _by_id(purchases),
            {_order_id(one): int(one["total"]) for one in stored.orders},
        ),
        Check("cents in customers' stats", cents, sum(int(one["spent"]) for one in stored.stats)),
        Check("orders in customers' stats", len(purchases), sum(int(one["orders"]) for one in stored.stats)),
        Check("cents in segments' features", cents, sum(int(part["spent"]) for part in parts)),
        Check("orders in segments' features", len(purchases), sum(int(part["orders"]) for part in parts)),
        Check("points of each order", expected, _posted_points(stored.entries)),
        Check(
            "points left after expiry",
            _alive(purchases, expected, today),
            sum(int(one["balance"]) for one in stored.accounts),
        ),
        Check("balances are the sums of their entries", _sums(stored.entries), _balances(stored.accounts)),
        Check("lots are the balances", _balances(stored.accounts), _lots(stored.accounts)),
        Check("entries numbered without gaps", True, _numbered(stored.entries)),
        Check(
            "tiers by points earned",
            _tiers(stored),
            {one["customer_id"]: one["tier"] for one in stored.accounts},
        ),
    ]


def _expected_points(purchases: list[Purchase], entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Points of each order that cost anything, by the file's amounts, in the order in which the ledger posted them."""
    cents = {purchase.order_id: purchase.cents for purchase in purchases}
    posted: dict[str, list[str]] = defaultdict(list)
    for entry in sorted(_earned(entries), key=lambda entry: int(entry["seq"])):
        posted[entry["customer_id"]].append(_order_id(entry))
    each = {order_id: 0 for order_id, amount in cents.items() if amount}
    for order_ids in posted.values():
        each |= dict(zip(order_ids, points_of(cents[one] for one in order_ids), strict=True))
    return each


def _posted_points(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return {_order_id(entry): int(entry["points"]) for entry in _earned(entries)}


def _alive(purchases: list[Purchase], points: Mapping[str, int], today: date) -> int:
    return sum(points.get(one.order_id, 0) for one in purchases if alive(one.placed_at.date(), today))


def _sums(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry["customer_id"]] += int(entry["points"])
    return {customer: total for customer, total in sums.items() if total}


def _balances(accounts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return {one["customer_id"]: int(one["balance"]) for one in accounts if one["balance"]}


def _lots(accounts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    sums = {one["customer_id"]: sum(json.loads(one["lots"]).values()) for one in accounts}
    return {customer: total for customer, total in sums.items() if total}


def _numbered(entries: Iterable[Mapping[str, Any]]) -> bool:
    numbers: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        numbers[entry["customer_id"]].append(int(entry["seq"]))
    return all(sorted(each) == list(range(1, len(each) + 1)) for each in numbers.values())


def _tiers(stored: Stored) -> dict[str, str]:
    earned = {one["customer_id"]: 0 for one in stored.accounts}
    for entry in _earned(stored.entries):
        earned[entry["customer_id"]] += int(entry["points"])
    return {customer: tier_of(points) for customer, points in earned.items()}


def _earned(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [entry for entry in entries if entry["entry_kind"] == "earned"]


def _by_id(purchases: list[Purchase]) -> dict[str, int]:
    return {purchase.order_id: purchase.cents for purchase in purchases}


def _order_id(item: Mapping[str, Any]) -> str:
    return str(item["pk"]).removeprefix("ORDER#")
