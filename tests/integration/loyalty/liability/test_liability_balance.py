"""The books balance with the ledger and the accounts as of every day, whatever was done on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from loyalty.days import NEVER
from loyalty.jobs.audit import check_books
from loyalty.ledger.balances import Vector
from loyalty.ledger.items import Entry
from loyalty.liability import store
from loyalty.liability.usecases import close_days
from loyalty.table import LoyaltyItem
from shared import clock
from shared.messages.cause import Cause
from shared.roles import Role
from tests.integration.loyalty.shop import ADA, BOB, call, erasure, expire, hear, order

PEOPLE = [ADA, BOB]
START = datetime(2026, 1, 30, 9, tzinfo=UTC)
CREDIT_HOLD: tuple[str, dict[str, Any]] = ("credit/holds", {"amount": 90, "currency": "USD"})
PAUSES = [*[timedelta(minutes=20)] * 4, *[timedelta(hours=6)] * 4, timedelta(days=2)]
ERASED = 0.05
PROGRAMMES: list[dict[str, Any]] = [
    {},
    {"pending": {"until": "days", "days": 3}, "refunds": {"below_zero": "debt"}},
    {"expiry": {"months": 1}, "refunds": {"below_zero": "floor"}, "redeeming": {"hold_minutes": 1_440}},
    {"expiry": {"mode": "never"}, "pending": {"until": "delivery", "days": 2, "longest_days": 4}},
]

CAUSE = Cause("schedule:close", "corr")


@dataclass
class Life:
    """Some weeks of two customers: what is done is drawn, and may be refused."""

    random: Random
    now: datetime = START
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    holds: list[tuple[str, str, str]] = field(default_factory=list)
    calls: int = 0

    def step(self) -> None:
        self.now += self.random.choice(PAUSES)
        acts = [
            self.buy,
            self.undo,
            self.adjust,
            self.hold,
            self.end_hold,
            self.end_hold,
            self.redeem,
            self.credit,
        ]
        self.random.choice([*acts, self.buy, self.hold, self.run])(self.random.choice(PEOPLE))

    def buy(self, who: str) -> None:
        name = f"O{len(self.orders)}"
        total = self.random.choice([999, 10_000, 60_000])
        self.orders[name] = {"customer_id": who, "total": total, "placed_at": self.now, "paid_at": self.now}
        self.tell(name)

    def undo(self, _: str) -> None:
        """An order is refunded in part, delivered, cancelled, or stands again."""
        if not self.orders:
            return
        name = self.random.choice(sorted(self.orders))
        facts = self.orders[name]
        change = self.random.choice(["refund", "cancel", "reinstate", "deliver"])
        if change == "refund":
            facts["refunded"] = self.random.randint(facts.get("refunded", 0), facts["total"])
        elif change == "deliver":
            facts["delivered_at"] = self.now
        elif change == "cancel":
            facts |= {"cancelled_at": self.now, "reinstated_at": None}
        elif facts.get("cancelled_at"):
            facts |= {"cancelled_at": None, "reinstated_at": self.now}
        self.tell(name)

    def adjust(self, who: str) -> None:
        self.post(f"{who}/points", {"points": self.random.choice([-700, -1, 40, 2_000]), "reason": "x"})

    def hold(self, who: str) -> None:
        what, body = self.random.choice([("holds", {"points": 150}), ("holds", {"points": 700}), CREDIT_HOLD])
        body = body | self.own_order(who)
        if held := self.post(f"{who}/{what}", body):
            self.holds.append((who, what, held["id"]))

    def end_hold(self, who: str) -> None:
        if self.holds:
            who, what, hold_id = self.random.choice(self.holds)
            name = "points" if what == "holds" else "amount"
            how = self.random.choice(["capture", "capture part", "release"])
            body: dict[str, Any] = {name: 80} if how == "capture part" else {}
            self.post(f"{who}/{what}/{hold_id}/{how.partition(' ')[0]}", None if how == "release" else body)

    def redeem(self, who: str) -> None:
        body: dict[str, Any] = {"points": self.random.choice([100, 900])}
        body |= self.own_order(who)
        self.post(f"{who}/redemptions", body)

    def own_order(self, who: str) -> dict[str, Any]:
        """An order to spend on, if the customer has one: another's would be refused."""
        own = sorted(name for name, facts in self.orders.items() if facts["customer_id"] == who)
        return {"order_id": self.random.choice(own)} if own else {}

    def credit(self, who: str) -> None:
        amount = self.random.choice([50, 500])
        if self.random.random() < 0.7:
            soon = (self.now.date() + timedelta(days=2)).isoformat()
            self.post(f"{who}/credit", {"amount": amount, "currency": "USD", "reason": "x", "expires_on": soon})
        else:
            self.post(f"{who}/credit/USD/revoke", {"amount": amount, "reason": "x"})

    def run(self, who: str) -> None:
        """The hourly job; and once in a while somebody is erased."""
        expire()
        if self.random.random() < ERASED:
            hear(erasure(who))

    def tell(self, name: str) -> None:
        assert hear(order(name, **self.orders[name])) == 0

    def post(self, path: str, body: Any) -> dict[str, Any] | None:
        """What was answered; None where it was refused."""
        self.calls += 1
        answer = call("POST", f"/api/customers/{path}", body, by=Role.SUPPORT, key=f"k{self.calls}")
        assert answer.status in {200, 201, 403, 404, 409}, answer.text
        return answer.json if answer.status in {200, 201} else None


@pytest.mark.parametrize("seed", range(4))
def test_the_books_balance_as_of_every_day(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    life = Life(Random(seed))  # noqa: S311  # a life that can be lived again, not a secret
    monkeypatch.setattr(clock, "now", lambda: life.now)
    put_programme(PROGRAMMES[seed % len(PROGRAMMES)])
    for number in range(45):
        life.step()
        if number % 15 == 14:
            close_days(CAUSE, lambda: True)
    # Whatever is left waits, ripens, runs out or expires.
    life.now += timedelta(days=40)
    expire()
    life.now = (life.now + timedelta(days=1)).replace(hour=1, minute=0)
    while not close_days(CAUSE, _some_time(life.random)).finished:
        pass
    _check(life.now.date() - timedelta(days=1))


def put_programme(programme: dict[str, Any]) -> None:
    body = {"programme": programme}
    assert call("PUT", "/api/loyalty/programme", body, by=Role.ADMIN, headers={"If-Match": '"0"'}).status == 200


def _some_time(random: Random) -> Callable[[], bool]:
    """Time for a number of pages and days."""
    left = iter([True] * random.randint(1, 200))
    return lambda: next(left, False)


def _check(last: date) -> None:
    entries = sorted((item for item in LoyaltyItem.scan() if isinstance(item, Entry)), key=lambda entry: entry.seq)
    days = sorted({last, *(entry.posted_at.date() for entry in entries)})
    # It reads the whole table, at which moto is slow.
    assert [found for day in {*days[:: len(days) // 3], last} for found in check_books(day)] == []
    for day in days:
        for ledger in ("points", "credit:USD"):
            mine = [entry for entry in entries if ("#" in entry.account) is (ledger != "points")]
            until = [entry for entry in mine if entry.posted_at.date() <= day]
            if until:
                _check_by_hand(ledger, day, until)


def _check_by_hand(ledger: str, day: date, entries: list[Entry]) -> None:
    """The close of a day against how each account says it stood after its last entry until then."""
    stood: dict[str, Vector] = {entry.account: entry.after for entry in entries}
    closed = store.find_closed(ledger, day)
    assert closed
    books = closed.closed.books
    places = (books.pending, books.available, books.held, books.owed)
    assert places == tuple(map(sum, zip(*(vector[:4] for vector in stood.values()), strict=True)))
    assert books.entries == len(entries)
    lots: Counter[str] = Counter()
    for entry in entries:
        for lot, amount in (entry.lots or {}).items():
            lots["never" if lot == NEVER else lot.isoformat()[:7]] += amount
    assert {month: amount for month, amount in lots.items() if amount} == {
        month: both.available for month, both in books.months.items() if both.available
    }
    answer = call("GET", f"/api/loyalty/liability?ledger={ledger}&as_of={day}", by=Role.ADMIN).json
    assert answer["balance"] == sum(entry.amount for entry in entries)
    assert answer["since_first_day"]["change"] == answer["balance"]
    month = [entry.amount for entry in entries if entry.posted_at.date() >= day.replace(day=1)]
    assert answer["in_month"]["change"] == sum(month)
    kinds = Counter[str]()
    for entry in entries:
        kinds[entry.entry_kind.value] += entry.amount
    said = answer["since_first_day"]
    assert said["spent"] == kinds["captured"] + kinds["redeemed"]
    assert said["added"] + said["deducted"] == kinds["adjusted"]
    same = ("earned", "reversed", "reinstated", "restored", "expired", "voided", "issued", "revoked")
    assert {name: said[name] for name in same} == {name: kinds[name] for name in same}
    assert sum(row["value"] for row in answer["months"]) + answer["held"]["value"] == answer["outstanding"]["value"]
