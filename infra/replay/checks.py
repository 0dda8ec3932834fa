"""The platform's figures against the file's: each check says what it holds against what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from infra.replay.expected import STYLES, Style, alive, points_of, tier_of
from infra.replay.people import Person
from infra.replay.sample import ID_PREFIX, USD, Currency, Purchase


@dataclass(frozen=True)
class Check:
    """One comparison. It holds if both sides are equal."""

    what: str
    file: Any
    platform: Any

    @property
    def holds(self) -> bool:
        return bool(self.file == self.platform)


@dataclass(frozen=True)
class Stored:
    """The items that the services have stored, as plain values."""

    orders: list[dict[str, Any]]
    stats: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    entries: list[dict[str, Any]]
    features: list[dict[str, Any]]

    def of(self, sent: Sent) -> Stored:
        """The part that comes from what was sent: somebody may have tried calls by hand meanwhile."""
        orders = [order for order in self.orders if _order_id(order).startswith(ID_PREFIX)]
        people = sent.registered | {order["customer_id"] for order in orders}
        return Stored(
            orders=orders,
            stats=[one for one in self.stats if customer_of(one) in people],
            accounts=[one for one in self.accounts if customer_of(one) in people],
            entries=[one for one in self.entries if one["account"] in people],
            features=[one for one in self.features if customer_of(one) in people],
        )


@dataclass(frozen=True)
class Sent:
    """The purchases and people that were sent, the preset, the day of the run, and the currency."""

    purchases: list[Purchase]
    people: Mapping[str, Person]
    preset: str
    today: date
    currency: Currency = USD

    @property
    def style(self) -> Style:
        """The preset in plain numbers."""
        return STYLES[self.preset]

    @property
    def registered(self) -> frozenset[str]:
        """The ids of the people who registered."""
        return frozenset(person.customer_id for person in self.people.values() if person.customer_id)


def check(sent: Sent, stored: Stored) -> list[Check]:
    """Money and orders to the minor unit, points by a plain calculation, and the ledger against itself."""
    purchases, stored = sent.purchases, stored.of(sent)
    money = sum(purchase.amount for purchase in purchases)
    parts = [part for row in stored.features for part in row.get("stats") or []]
    expected = _expected_points(sent, stored.entries)
    return [
        Check(
            "orders recorded, each once",
            _by_id(purchases),
            {_order_id(one): int(one["total"]) for one in stored.orders},
        ),
        Check("minor units in customers' stats", money, sum(int(one["spent"]) for one in stored.stats)),
        Check("orders in customers' stats", len(purchases), sum(int(one["orders"]) for one in stored.stats)),
        Check("minor units in segments' features", money, sum(int(part["spent"]) for part in parts)),
        Check("orders in segments' features", len(purchases), sum(int(part["orders"]) for part in parts)),
        Check("points of each order", expected, _posted_points(stored.entries)),
        Check(
            "points left after expiry",
            _alive(sent, expected),
            sum(_balances(stored.accounts).values()),
        ),
        Check("balances are the sums of their entries", _sums(stored.entries), _balances(stored.accounts)),
        Check("accounts agree with their newest entries", _last_said(stored.entries), _balances(stored.accounts)),
        Check("entries numbered without gaps", True, _numbered(stored.entries)),
        Check(
            "tiers by points earned",
            _tiers(stored, sent.style),
            {customer_of(one): one["tier"] for one in stored.accounts},
        ),
    ]


def balance_of(account: Mapping[str, Any]) -> int:
    """The stored balance of an account: a replay leaves no pending and no held points."""
    return int(sum(json.loads(account["lots"]).values())) - int(account.get("owed", 0))


def customer_of(item: Mapping[str, Any]) -> str:
    """The id of the customer whose partition the item is in."""
    return str(item["pk"]).removeprefix("CUSTOMER#")


def _expected_points(sent: Sent, entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The points of each order that cost more than 0: the file's amounts, in the sequence of the ledger's entries."""
    facts = {one.order_id: (one.amount, sent.people[one.buyer].has_birthday(one.placed_at)) for one in sent.purchases}
    posted: dict[str, list[str]] = defaultdict(list)
    for entry in sorted(_earned(entries), key=lambda entry: int(entry["seq"])):
        # An order that was not sent is a difference, which the comparison then shows.
        if _order_id(entry) in facts:
            posted[entry["account"]].append(_order_id(entry))
    each = {order_id: 0 for order_id, (amount, _) in facts.items() if amount}
    for order_ids in posted.values():
        each |= dict(
            zip(order_ids, points_of((facts[one] for one in order_ids), sent.style, sent.currency.unit), strict=True)
        )
    return each


def _posted_points(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    return {_order_id(entry): int(entry["amount"]) for entry in _earned(entries)}


def _alive(sent: Sent, points: Mapping[str, int]) -> int:
    by_orders = sum(points.get(one.order_id, 0) for one in sent.purchases if alive(one.placed_at.date(), sent.today))
    return by_orders + len(sent.registered) * sent.style.sign_up


def _sums(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry["account"]] += int(entry["amount"])
    return {customer: total for customer, total in sums.items() if total}


def _balances(accounts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    balances = {customer_of(one): balance_of(one) for one in accounts}
    return {customer: balance for customer, balance in balances.items() if balance}


def _last_said(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Each account's balance in its newest entry: pending, available and held, less owed."""
    newest: dict[str, Mapping[str, Any]] = {}
    for entry in sorted(entries, key=lambda entry: int(entry["seq"])):
        newest[entry["account"]] = entry
    vectors = {account: json.loads(entry["after"]) for account, entry in newest.items()}
    return {account: sum(after[:3]) - after[3] for account, after in vectors.items() if sum(after[:3]) != after[3]}


def _numbered(entries: Iterable[Mapping[str, Any]]) -> bool:
    numbers: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        numbers[entry["account"]].append(int(entry["seq"]))
    return all(sorted(each) == list(range(1, len(each) + 1)) for each in numbers.values())


def _tiers(stored: Stored, style: Style) -> dict[str, str]:
    earned = {customer_of(one): 0 for one in stored.accounts}
    for entry in _earned(stored.entries):
        earned[entry["account"]] += int(entry["amount"])
    return {customer: tier_of(points, style) for customer, points in earned.items()}


def _earned(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The entries of orders, without bonuses."""
    return [entry for entry in entries if entry["entry_kind"] == "earned" and entry["sk"] == "EARN"]


def _by_id(purchases: list[Purchase]) -> dict[str, int]:
    return {purchase.order_id: purchase.amount for purchase in purchases}


def _order_id(item: Mapping[str, Any]) -> str:
    return str(item["pk"]).removeprefix("ORDER#")
