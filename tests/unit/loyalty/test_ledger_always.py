"""What holds after any operations in any order: a reference ledger, driven by Hypothesis."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from loyalty.earning.rules import months_after, points_for, taken_back_target
from loyalty.ledger.rules import EntryKind, Posting, Standing, adjust, covers, earn, expire, reverse, void
from loyalty.tiers.rules import multiplier_of, tier_of

ORDERS = st.integers(0, 4)
FIRST_DAY = date(2024, 1, 31)


@dataclass
class Order:
    """An order as it stands in the shop, and what the ledger posted of it."""

    total: int
    day: date
    earned: int | None = None
    taken_back: int = 0

    @property
    def lot(self) -> date:
        return months_after(self.day, 12)


@dataclass
class Reference:
    """A ledger in memory: the entries of one account, and how it stands."""

    standing: Standing = field(default_factory=Standing)
    entries: list[Posting] = field(default_factory=list)

    def post(self, posting: Posting | None) -> None:
        if posting:
            assert posting.before == self.standing
            self.entries.append(posting)
            self.standing = posting.after

    def expired(self, lot: date) -> int:
        return -sum(entry.lots.get(lot, 0) for entry in self.entries if entry.kind is EntryKind.EXPIRED)


class LedgerMachine(RuleBasedStateMachine):
    """Orders, refunds, adjustments and expiry, duplicated and out of order."""

    def __init__(self) -> None:
        super().__init__()
        self.today = FIRST_DAY
        self.ledger = Reference()
        days = [FIRST_DAY, FIRST_DAY, FIRST_DAY + timedelta(29), FIRST_DAY + timedelta(200), FIRST_DAY]
        totals = [2933, 10_000, 33_333, 1, 60_000]
        self.orders = [Order(total, day) for total, day in zip(totals, days, strict=True)]

    @rule(number=ORDERS, part=st.integers(0, 100))
    def hear_of_an_order(self, number: int, part: int) -> None:
        order = self.orders[number]
        refunded = order.total * part // 100
        self._earn(order)
        target = taken_back_target(order.earned or 0, order.total, refunded)
        if (amount := target - order.taken_back) > 0:
            expired = self.ledger.expired(order.lot) if order.lot < self.today else 0
            self.ledger.post(reverse(self.ledger.standing, amount, order.lot, expired))
            order.taken_back += amount

    @rule(points=st.integers(-500, 500).filter(bool))
    def adjust(self, points: int) -> None:
        if covers(self.ledger.standing, points):
            self.ledger.post(adjust(self.ledger.standing, points, months_after(self.today, 12)))

    @rule(days=st.sampled_from([0, 1, 30, 200, 400]))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days)

    @rule()
    def expire(self) -> None:
        self.ledger.post(expire(self.ledger.standing, self.today))
        assert expire(self.ledger.standing, self.today) is None

    @invariant()
    def the_balance_is_the_sum_of_the_entries(self) -> None:
        assert self.ledger.standing.balance == sum(entry.points for entry in self.ledger.entries)

    @invariant()
    def the_lots_sum_to_the_balance_or_to_nothing_in_debt(self) -> None:
        standing = self.ledger.standing
        assert sum(standing.lots.values()) == max(standing.balance, 0)
        assert all(points > 0 for points in standing.lots.values())

    @invariant()
    def the_lots_are_the_sum_of_what_the_entries_gave_and_took(self) -> None:
        days = {day for entry in self.ledger.entries for day in entry.lots}
        sums = {day: sum(entry.lots.get(day, 0) for entry in self.ledger.entries) for day in days}
        assert {day: points for day, points in sums.items() if points} == self.ledger.standing.lots

    @invariant()
    def no_order_gives_back_more_than_it_earned(self) -> None:
        assert all(0 <= order.taken_back <= (order.earned or 0) for order in self.orders)

    @invariant()
    def earned_points_are_those_of_orders_and_alone_decide_the_tier(self) -> None:
        standing = self.ledger.standing
        assert standing.earned == sum((order.earned or 0) - order.taken_back for order in self.orders)
        assert standing.tier is tier_of(standing.earned)

    @invariant()
    def nothing_is_written_off_that_did_not_expire(self) -> None:
        written_off = self.ledger.standing.written_off
        assert all(0 < points <= self.ledger.expired(day) for day, points in written_off.items())

    def teardown(self) -> None:
        self.ledger.post(void(self.ledger.standing))
        assert sum(entry.points for entry in self.ledger.entries) == 0

    def _earn(self, order: Order) -> None:
        if order.earned is None:
            multiplier = multiplier_of(self.ledger.standing.tier)
            assert multiplier >= Decimal(1)
            order.earned = points_for(order.total, "USD", points_per_unit=10, multiplier=multiplier)
            self.ledger.post(earn(self.ledger.standing, order.earned, order.lot))


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
