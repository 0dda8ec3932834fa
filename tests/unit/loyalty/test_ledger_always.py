"""What holds after any operations in any order: the rules beside a reference ledger, driven by Hypothesis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from loyalty.days import lot_of, months_after
from loyalty.ledger import rules
from loyalty.ledger.rules import Back, Parcel
from loyalty.ledger.standing import EntryKind, Posting, Ripening, Standing, plus
from tests.unit.loyalty.reference import Reference

FIRST_DAY = date(2024, 1, 31)
NOON = datetime(2024, 1, 31, 12, tzinfo=UTC)
AMOUNTS = st.integers(0, 25)
SOME = st.integers(1, 25)
WHICH = st.integers(0, 99)


@dataclass
class Earning:
    """An order: what it earned, into which lot, and what of that was taken back (each time: expired, forgiven)."""

    amount: int
    lot: date
    ripens: date | None
    taken_back: int = 0
    written_off: int = 0
    forgiven: int = 0
    delivered: bool = False


@dataclass
class Account:
    """One account, kept twice: by the rules, and by hand."""

    standing: Standing = field(default_factory=Standing)
    postings: list[Posting] = field(default_factory=list)
    by_hand: Reference = field(default_factory=Reference)

    def post(self, posting: Posting) -> Posting:
        assert posting.before == self.standing
        self.standing = posting.after
        self.postings.append(posting)
        return posting


class LedgerMachine(RuleBasedStateMachine):
    """All operations, under any policy, on an account that others may be merged into."""

    def __init__(self) -> None:
        super().__init__()
        self.today = FIRST_DAY
        self.fills_debt = True
        self.forgives = False
        self.account = Account()
        self.orders: list[Earning] = []
        self.purchases: list[dict[date, int]] = []
        self.given_back: list[int] = []
        self.holds = 0

    @initialize(fills_debt=st.booleans(), forgives=st.booleans())
    def choose_a_policy(self, fills_debt: bool, forgives: bool) -> None:
        self.fills_debt, self.forgives = fills_debt, forgives

    @property
    def standing(self) -> Standing:
        return self.account.standing

    @property
    def by_hand(self) -> Reference:
        return self.account.by_hand

    @property
    def lot(self) -> date:
        return lot_of(months_after(self.today, 3), self.today, exact=False)

    @property
    def back(self) -> Back:
        return Back(self.today, self.today + timedelta(30), self.fills_debt)

    # --- orders

    @rule(amounts=st.lists(AMOUNTS, min_size=1, max_size=3))
    def earn(self, amounts: list[int]) -> None:
        for amount in amounts:
            self._earn(amount, None)

    @rule(amount=AMOUNTS, waits=st.sampled_from([1, 14, 200]))
    def earn_and_wait(self, amount: int, waits: int) -> None:
        self._earn(amount, waits)

    def _earn(self, amount: int, waits: int | None) -> None:
        ripens = self.today + timedelta(waits) if waits else None
        self.account.post(rules.earn(self.standing, amount, self.lot, ripens))
        self.by_hand.earn(amount, self.lot, ripens)
        self.orders.append(Earning(amount, max(self.lot, ripens or self.lot), ripens))

    @rule()
    def ripen(self) -> None:
        if posting := rules.ripen(self.standing, self.today):
            self.account.post(posting)
            self.by_hand.ripen(self.today)
        assert rules.ripen(self.standing, self.today) is None

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, waits=st.sampled_from([0, 5, 300]))
    def deliver(self, which: int, waits: int) -> None:
        order = self.orders[which % len(self.orders)]
        if order.ripens is None or order.ripens <= self.today or order.delivered:
            return
        where, amount = Ripening(order.ripens, order.lot), order.amount - order.taken_back
        order.delivered, order.ripens = True, self.today + timedelta(waits) if waits else None
        if order.ripens:
            self.account.post(rules.put_off(self.standing, where, amount, order.ripens))
            self.by_hand.put_off(*where, amount, order.ripens)
            order.lot = max(order.lot, order.ripens)
        else:
            self.account.post(rules.ripen_one(self.standing, where, amount))
            self.by_hand.ripen_some(*where, amount)

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, part=st.integers(1, 4))
    def refund(self, which: int, part: int) -> None:
        self._refund(self.orders[which % len(self.orders)], part)

    @precondition(lambda self: self.orders)
    @rule()
    def cancel_all(self) -> None:
        for order in self.orders:
            self._refund(order, 4)

    def _refund(self, order: Earning, part: int) -> None:
        amount = (order.amount - order.taken_back) * part // 4
        ripening, is_over = Ripening(order.ripens, order.lot) if order.ripens else None, order.lot < self.today
        expired = self.by_hand.expired_of[order.lot] if is_over else 0
        parcel = Parcel(order.lot, amount, expired)
        posting = rules.reverse(self.standing, amount, [parcel], ripening=ripening, forgives=self.forgives)
        self.account.post(posting)
        found = self.by_hand.reverse(amount, order.lot, order.ripens, lot_is_over=is_over, forgives=self.forgives)
        assert (sum(posting.written_off.values()), posting.forgiven) == found
        order.taken_back += amount
        order.written_off += found[0]
        order.forgiven += found[1]

    @precondition(lambda self: self.orders)
    @rule(which=WHICH)
    def reinstate(self, which: int) -> None:
        order = self.orders[which % len(self.orders)]
        lot = self.back.grace_until if order.lot < self.today else order.lot
        if order.ripens:  # what waits is another rule's matter
            return
        gone = {order.lot: order.written_off} if order.written_off else {}
        self.account.post(
            rules.reinstate(self.standing, order.taken_back, lot, written_off=gone, forgiven=order.forgiven)
        )
        self.by_hand.reinstate(order.taken_back, lot, order.lot, order.written_off, order.forgiven)
        order.taken_back = order.written_off = order.forgiven = 0
        order.lot = lot

    # --- spending

    @rule(amount=SOME)
    def hold(self, amount: int) -> None:
        if amount <= self.standing.available:
            self.holds += 1
            self.account.post(rules.hold(self.standing, f"h{self.holds}", amount, NOON))
            self.by_hand.hold(f"h{self.holds}", amount)

    @precondition(lambda self: self.standing.holds)
    @rule(which=WHICH, part=st.integers(1, 4))
    def capture(self, which: int, part: int) -> None:
        name = sorted(self.standing.holds)[which % len(self.standing.holds)]
        amount = max(self.standing.holds[name].amount * part // 4, 1)
        posting, spent = rules.capture(self.standing, name, amount, self.back)
        self.account.post(posting)
        self.by_hand.capture(name, amount, self.today, self.back.grace_until, fills_debt=self.fills_debt)
        self.purchases.append(dict(spent))

    @precondition(lambda self: self.standing.holds)
    @rule(which=WHICH)
    def release(self, which: int) -> None:
        name = sorted(self.standing.holds)[which % len(self.standing.holds)]
        self.account.post(rules.release(self.standing, name, self.back))
        self.by_hand.release(name, self.today, self.back.grace_until, fills_debt=self.fills_debt)

    @rule(amount=SOME)
    def spend(self, amount: int) -> None:
        if amount <= self.standing.available:
            posting = self.account.post(rules.spend(EntryKind.REDEEMED, self.standing, amount))
            taken = self.by_hand.spend(amount)
            assert {lot: -points for lot, points in posting.lots.items()} == taken
            self.purchases.append(dict(taken))

    @precondition(lambda self: self.purchases)
    @rule(which=WHICH)
    def restore(self, which: int) -> None:
        lots = self.purchases.pop(which % len(self.purchases))
        self.account.post(rules.restore(self.standing, lots, self.back))
        self.by_hand.restore(Counter(lots), self.today, self.back.grace_until, fills_debt=self.fills_debt)
        self.given_back.append(sum(lots.values()))

    @precondition(lambda self: self.given_back)
    @rule()
    def spend_again(self) -> None:
        amount = self.given_back.pop()
        self.account.post(rules.spend_again(self.standing, amount))
        self.by_hand.spend_again(amount)

    # --- staff and time

    @rule(amount=st.integers(-25, 25).filter(bool))
    def adjust(self, amount: int) -> None:
        if self.standing.available + min(amount, 0) >= 0:
            self.account.post(rules.adjust(self.standing, amount, self.lot, fills_debt=self.fills_debt))
            self.by_hand.adjust(amount, self.lot, fills_debt=self.fills_debt)

    @rule(amount=SOME)
    def revoke(self, amount: int) -> None:
        if amount <= self.standing.available:
            self.account.post(rules.revoke(self.standing, amount, self.lot))
            self.by_hand.revoke(amount, self.lot)

    @rule(days=st.sampled_from([1, 30, 100]))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days)

    @precondition(lambda self: self.standing.lots)
    @rule(after=st.integers(0, 1))
    def a_lot_comes_to_its_end(self, after: int) -> None:
        self.today = max(self.today, min(self.standing.lots) + timedelta(after))
        self.expire()

    @rule()
    def expire(self) -> None:
        if over := {day: amount for day, amount in self.standing.lots.items() if day < self.today}:
            self.account.post(rules.expire(self.standing, over))
            self.by_hand.expire(self.today)

    @rule(amount=SOME, owes=st.booleans())
    def merge(self, amount: int, owes: bool) -> None:
        """Another account comes in, with points that are held, or with a debt."""
        other = Account()
        other.post(rules.earn(other.standing, amount, self.lot))
        other.by_hand.earn(amount, self.lot, None)
        if owes:
            other.post(rules.spend(EntryKind.REDEEMED, other.standing, amount))
            other.by_hand.spend(amount)
            other.post(rules.reverse(other.standing, amount, [Parcel(self.lot, amount)], ripening=None, forgives=False))
            other.by_hand.reverse(amount, self.lot, None, lot_is_over=False, forgives=False)
        else:
            self.holds += 1
            other.post(rules.hold(other.standing, f"h{self.holds}", 1, NOON))
            other.by_hand.hold(f"h{self.holds}", 1)
        before = self.standing.balance + other.standing.balance
        posting = rules.take_over(self.standing, other.standing, fills_debt=self.fills_debt)
        self.by_hand.take_over(other.by_hand, fills_debt=self.fills_debt)
        closed = rules.close(EntryKind.MERGED_OUT, other.standing)
        self.account.post(posting)
        assert (closed.after, closed.amount + posting.amount) == (Standing(), 0)
        assert self.standing.balance == before

    # --- what always holds

    @invariant()
    def every_place_is_what_the_reference_says(self) -> None:
        assert tuple(self.standing.vector) == self.by_hand.vector
        assert dict(self.standing.lots) == self.by_hand.lots
        assert {tuple(where): amount for where, amount in self.standing.pending.items()} == self.by_hand.pending
        assert {name: dict(hold.lots) for name, hold in self.standing.holds.items()} == self.by_hand.holds

    @invariant()
    def the_balance_is_the_sum_of_the_entries(self) -> None:
        amounts = [posting.amount for posting in self.account.postings]
        assert self.standing.balance == sum(amounts)
        assert [amount for amount in amounts if amount] == [amount for amount in self.by_hand.entries if amount]

    @invariant()
    def every_place_is_the_sum_of_what_the_entries_moved(self) -> None:
        lots: Mapping[date, int] = {}
        pending: Mapping[Ripening, int] = {}
        for posting in self.account.postings:
            lots, pending = plus(lots, posting.lots), plus(pending, posting.pending)
            moved = sum(posting.lots.values()) + sum(posting.pending.values())
            assert posting.amount == moved + posting.held - posting.owed
        assert (lots, pending) == (self.standing.lots, self.standing.pending)
        assert self.standing.held == sum(posting.held for posting in self.account.postings)
        assert self.standing.owed == sum(posting.owed for posting in self.account.postings)

    @invariant()
    def no_place_is_below_zero(self) -> None:
        held = [amount for hold in self.standing.holds.values() for amount in hold.lots.values()]
        assert all(amount > 0 for amount in [*self.standing.lots.values(), *self.standing.pending.values(), *held])
        assert self.standing.owed >= 0

    @invariant()
    def points_are_usable_or_owed_and_never_both_where_all_that_comes_fills_debt(self) -> None:
        assert not (self.fills_debt and self.standing.owed and self.standing.available)

    @invariant()
    def nothing_is_written_off_that_did_not_expire(self) -> None:
        written_off = self.standing.written_off
        assert all(0 < points <= self.by_hand.expired_of[day] for day, points in written_off.items())

    def teardown(self) -> None:
        self.account.post(rules.close(EntryKind.VOIDED, self.standing))
        self.by_hand.close()
        self.every_place_is_what_the_reference_says()
        assert sum(posting.amount for posting in self.account.postings) == 0


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=150, stateful_step_count=50)
