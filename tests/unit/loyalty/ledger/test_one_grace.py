"""Nobody lengthens the life of points by holding, spending and getting back, however often."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from loyalty.ledger import rules
from loyalty.ledger.balances import Balances, EntryKind, Posting, Taken
from loyalty.ledger.rules import ReturnPolicy

LOT: Final = date(2026, 3, 31)
NOON: Final = datetime(2026, 3, 31, 12, tzinfo=UTC)
POINTS: Final = 100
GRACE_DAYS: Final = 30
ACTS: Final = ("hold", "capture", "release", "spend", "cancel", "refund", "reinstate", "expire", "midnight", "month")


@dataclass
class Greedy:
    """A customer with points of one lot, who tries what a checkout allows."""

    today: date = LOT
    balances: Balances = field(default_factory=lambda: Balances(lots={LOT: POINTS}, earned=POINTS))
    spent: list[Taken] = field(default_factory=list)
    restored: list[int] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)
    graced: int = 0
    last_grace: date = LOT

    @property
    def policy(self) -> ReturnPolicy:
        return ReturnPolicy(self.today, self.today + timedelta(GRACE_DAYS), fills_debt=True)

    def post(self, posting: Posting) -> Posting:
        self.balances = posting.after
        if grace := posting.lots.get(self.policy.grace_until, 0):
            self.graced += grace
            self.last_grace = max(self.last_grace, self.policy.grace_until)
        return posting

    def do(self, act: str, amount: int) -> None:
        getattr(self, act)(amount)

    def hold(self, amount: int) -> None:
        self.expire(0)
        if amount <= self.balances.available:
            self.post(rules.hold(self.balances, f"h{next(self.numbers)}", amount, NOON))

    def capture(self, amount: int) -> None:
        for name, held in [*self.balances.holds.items()][:1]:
            posting, taken = rules.capture(self.balances, name, min(amount, held.amount), self.policy)
            self.post(posting)
            self.spent.append(taken)

    def release(self, _: int) -> None:
        for name in [*self.balances.holds][:1]:
            self.post(rules.release(self.balances, name, self.policy))

    def spend(self, amount: int) -> None:
        self.expire(0)
        if amount <= self.balances.available:
            posting = self.post(rules.spend(EntryKind.REDEEMED, self.balances, amount))
            self.spent.append(posting.taken)

    def cancel(self, _: int) -> None:
        """An unpaid order is cancelled."""
        self._restore(self.policy)

    def refund(self, _: int) -> None:
        """A paid order is refunded."""
        self._restore(replace(self.policy, gives_grace=True))

    def reinstate(self, _: int) -> None:
        self.expire(0)
        if self.restored and self.restored[-1] <= self.balances.available:
            posting = self.post(rules.spend_again(self.balances, self.restored.pop()))
            self.spent.append(posting.taken)

    def expire(self, _: int) -> None:
        while overdue := {day: amount for day, amount in self.balances.lots.items() if day < self.today}:
            self.post(rules.expire_soonest(self.balances, overdue)[0])

    def midnight(self, _: int) -> None:
        self.today += timedelta(1)

    def month(self, _: int) -> None:
        self.today += timedelta(GRACE_DAYS)

    def _restore(self, policy: ReturnPolicy) -> None:
        if self.spent:
            taken = self.spent.pop()
            self.post(rules.restore(self.balances, taken, policy))
            self.restored.append(sum(taken.lots.values()))


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, POINTS)), max_size=40))
def test_each_point_gets_one_grace_at_most(acts: list[tuple[str, int]]) -> None:
    greedy = Greedy()
    for act, amount in acts:
        greedy.do(act, amount)
    assert greedy.graced <= POINTS
    greedy.today = greedy.last_grace + timedelta(1)
    for _ in range(len(acts)):
        greedy.release(0)
        greedy.cancel(0)
    greedy.expire(0)
    assert greedy.balances.available == 0


@given(st.lists(st.tuples(st.sampled_from([act for act in ACTS if act != "refund"]), st.integers(1, POINTS))))
def test_without_a_paid_order_no_point_outlives_its_lot(acts: list[tuple[str, int]]) -> None:
    greedy = Greedy()
    for act, amount in acts:
        greedy.do(act, amount)
        assert {*greedy.balances.lots} <= {LOT}
