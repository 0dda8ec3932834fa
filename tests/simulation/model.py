"""What must come out, worked out by brute force from the rules in words: no line of the services is called here."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

# Points for a dollar, times ten so that tiers' multipliers (1, 1.2, 1.5) stay whole.
_TENTHS: Final = {"bronze": 100, "silver": 120, "gold": 150}
_SHOP_CURRENCY: Final = "USD"
# 10^2 cents are a dollar, times the ten above.
_CENTS_AND_TENTHS: Final = 1_000


@dataclass(frozen=True)
class Spent:
    """What one customer's orders come to in one currency."""

    orders: int
    spent: int
    first: str
    last: str


@dataclass
class Account:
    """A points account, replayed entry by entry."""

    balance: int = 0
    earned: int = 0
    lots: dict[str, int] = field(default_factory=dict)
    written_off: dict[str, int] = field(default_factory=dict)
    expired: dict[str, int] = field(default_factory=dict)
    # Order -> what it earned, what was taken back of it, and its lot.
    orders: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    @property
    def tier(self) -> str:
        if self.earned >= 5_000:
            return "gold"
        return "silver" if self.earned >= 1_000 else "bronze"


def refunded(total: int, refunds: Mapping[str, int]) -> int:
    """What was given back: never more than there was."""
    return min(total, sum(refunds.values()))


def status(total: int, refunds: Mapping[str, int], *, is_paid: bool) -> tuple[str, int]:
    """An order's status and what its customer spent on it."""
    back = refunded(total, refunds)
    if not is_paid:
        return "placed", 0
    if not back:
        return "paid", total
    return ("refunded" if back == total else "partly_refunded"), total - back


def spent_by(orders: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Spent]:
    """By customer and currency, from the orders as they are stored."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for order in orders:
        if order.get("customer_id"):
            found.setdefault((order["customer_id"], order["currency"]), []).append(order)
    return {key: _sum(theirs) for key, theirs in found.items()}


def _sum(orders: list[Mapping[str, Any]]) -> Spent:
    money = sum(status(one["total"], one["refunds"], is_paid="paid_at" in one)[1] for one in orders)
    placed = sorted(one["placed_at"] for one in orders)
    return Spent(len(orders), money, placed[0], placed[-1])


def points_of(total: int, currency: str, tier: str) -> int:
    """What an order earns at a tier; nothing in another currency than the shop's."""
    return total * _TENTHS[tier] // _CENTS_AND_TENTHS if currency == _SHOP_CURRENCY else 0


def to_take_back(earned: int, total: int, back: int) -> int:
    """What must be gone of an order's points once so much money was given back."""
    return earned - earned * (total - back) // total


def last_day(placed_at: str) -> str:
    """The last day of an order's points: a year on."""
    day = datetime.fromisoformat(placed_at).astimezone(UTC).date()
    return _year_on(day)


def _year_on(day: date) -> str:
    return date(day.year + 1, day.month, min(day.day, calendar.monthrange(day.year + 1, day.month)[1])).isoformat()


def post(account: Account, entry: Mapping[str, Any], orders: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Post one entry of the ledger to the account; what is wrong with it."""
    change = _CHANGES[entry["entry_kind"]](account, entry, orders)
    points, lots, wrong = change
    account.balance += points
    for day, part in lots.items():
        account.lots[day] = account.lots.get(day, 0) + part
    account.lots = {day: part for day, part in account.lots.items() if part}
    said = {"points": entry["points"], "balance": entry["balance"], "lots": entry["lots"], "tier": entry["tier"]}
    due = {
        "points": points,
        "balance": account.balance,
        "lots": {d: p for d, p in lots.items() if p},
        "tier": account.tier,
    }
    if entry["entry_kind"] == "voided":
        due["tier"] = "bronze"
    return wrong + [f"{name} is {said[name]} and should be {due[name]}" for name in said if said[name] != due[name]]


_Change = tuple[int, dict[str, int], list[str]]


def _earn(account: Account, entry: Mapping[str, Any], orders: Mapping[str, Mapping[str, Any]]) -> _Change:
    order = orders.get(entry["cause"])
    if order is None:
        return 0, {}, [f"{entry['cause']} earned and is not there"]
    wrong = [f"{entry['cause']} earned and is not paid"] if "paid_at" not in order else []
    points = points_of(order["total"], order["currency"], account.tier)
    lot = last_day(order["placed_at"])
    account.orders[entry["cause"]] = (points, 0, lot)
    account.earned += points
    opened = points - min(points, max(-account.balance, 0))
    return points, {lot: opened}, wrong


def _reverse(account: Account, entry: Mapping[str, Any], orders: Mapping[str, Mapping[str, Any]]) -> _Change:
    if entry["cause"] not in account.orders:
        return 0, {}, [f"{entry['cause']} was reversed and never earned"]
    earned, gone, lot = account.orders[entry["cause"]]
    total = orders[entry["cause"]]["total"]
    amount = to_take_back(earned, total, entry["refunded"]) - gone
    wrong = [] if amount == entry["taken_back"] and amount > 0 else [f"takes back {entry['taken_back']}, not {amount}"]
    account.orders[entry["cause"]] = (earned, gone + amount, lot)
    account.earned -= amount
    own = min(amount, account.lots.get(lot, 0))
    over = min(amount - own, account.expired.get(lot, 0) - account.written_off.get(lot, 0))
    account.written_off[lot] = account.written_off.get(lot, 0) + over
    taken = _soonest({day: part for day, part in account.lots.items() if day != lot}, amount - own - over)
    return over - amount, {**{day: -part for day, part in taken.items()}, lot: -own}, wrong


def _adjust(account: Account, entry: Mapping[str, Any], _: Any) -> _Change:
    points = entry["points"]
    if points > 0:
        opened = points - min(points, max(-account.balance, 0))
        return points, {_year_on(date.fromisoformat(entry["posted_at"][:10])): opened}, []
    wrong = ["went below nothing"] if account.balance + points < 0 else []
    return points, {day: -part for day, part in _soonest(account.lots, -points).items()}, wrong


def _expire(account: Account, entry: Mapping[str, Any], _: Any) -> _Change:
    over = {day: part for day, part in account.lots.items() if day < entry["posted_at"][:10]}
    for day, part in over.items():
        account.expired[day] = account.expired.get(day, 0) + part
    return -sum(over.values()), {day: -part for day, part in over.items()}, [] if over else ["expires nothing"]


def _void(account: Account, _: Any, __: Any) -> _Change:
    account.earned = 0
    return -account.balance, {day: -part for day, part in account.lots.items()}, []


_CHANGES: Final = {"earned": _earn, "reversed": _reverse, "adjusted": _adjust, "expired": _expire, "voided": _void}


def _soonest(lots: Mapping[str, int], points: int) -> dict[str, int]:
    taken = {}
    for day in sorted(lots):
        taken[day] = min(points, lots[day])
        points -= taken[day]
    return {day: part for day, part in taken.items() if part}


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
