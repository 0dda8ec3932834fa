"""What holds after any operations in any order: the rules beside a reference ledger, driven by Hypothesis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from loyalty.days import NEVER, lot_of, months_after
from loyalty.ledger import rules
from loyalty.ledger.balances import Activation, Balances, EntryKind, Posting, Taken, plus
from loyalty.ledger.reversals import LotShare, reinstate, reverse
from loyalty.ledger.rules import ReturnPolicy
from tests.unit.loyalty.ledger.reference import Order, Reference, Spent

FIRST_DAY = date(2024, 1, 31)
NOON = datetime(2024, 1, 31, 12, tzinfo=UTC)
AMOUNTS = st.integers(0, 25)
SOME = st.integers(1, 25)
WHICH = st.integers(0, 99)
# Months for which an order's points live; of one heard of late they are over, and some live while the account is used.
MONTHS = st.sampled_from([3, -1, None])
PARTS = st.integers(1, 4)


@dataclass
class Moved:
    """What an account's entries moved, summed entry by entry."""

    amounts: list[int] = field(default_factory=list)
    lots: Mapping[date, int] = field(default_factory=dict)
    pending: Mapping[Activation, int] = field(default_factory=dict)
    held: int = 0
    owed: int = 0

    def add(self, posting: Posting) -> None:
        moved = sum(posting.lots.values()) + sum(posting.pending.values())
        assert posting.amount == moved + posting.held - posting.owed
        self.amounts.append(posting.amount)
        self.lots, self.pending = plus(self.lots, posting.lots), plus(self.pending, posting.pending)
        self.held, self.owed = self.held + posting.held, self.owed + posting.owed


@dataclass
class Account:
    """One account, kept twice: by the rules, and by hand; with what was bought, and what is back of what was spent."""

    balances: Balances = field(default_factory=Balances)
    moved: Moved = field(default_factory=Moved)
    by_hand: Reference = field(default_factory=Reference)
    orders: list[Order] = field(default_factory=list)
    purchases: list[tuple[Taken, Spent]] = field(default_factory=list)
    given_back: list[int] = field(default_factory=list)

    def post(self, posting: Posting) -> Posting:
        assert posting.before == self.balances
        self.balances = posting.after
        self.moved.add(posting)
        return posting


class LedgerMachine(RuleBasedStateMachine):
    """All operations, under any policy, on two accounts by turns, until one is merged into the other."""

    def __init__(self) -> None:
        super().__init__()
        self.today = FIRST_DAY
        self.fills_debt = True
        self.forgives = False
        self.account, self.other = Account(), Account()
        self.holds = 0

    @initialize(fills_debt=st.booleans(), forgives=st.booleans())
    def choose_a_policy(self, fills_debt: bool, forgives: bool) -> None:
        self.fills_debt, self.forgives = fills_debt, forgives

    @property
    def balances(self) -> Balances:
        return self.account.balances

    @property
    def by_hand(self) -> Reference:
        return self.account.by_hand

    @property
    def orders(self) -> list[Order]:
        return self.account.orders

    def lot(self, months: int | None = 3) -> date:
        return lot_of(NEVER if months is None else months_after(self.today, months), self.today, exact=False)

    @property
    def grace(self) -> date:
        return self.today + timedelta(30)

    @property
    def return_policy(self) -> ReturnPolicy:
        return ReturnPolicy(self.today, self.grace, self.fills_debt)

    # --- orders

    @rule(amounts=st.lists(AMOUNTS, min_size=1, max_size=3), months=MONTHS)
    def earn(self, amounts: list[int], months: int | None) -> None:
        for amount in amounts:
            self._earn(amount, months, None)

    @rule(amount=AMOUNTS, months=MONTHS, waits=st.sampled_from([1, 14, 200]))
    def earn_and_wait(self, amount: int, months: int | None, waits: int) -> None:
        self._earn(amount, months, self.today + timedelta(waits))

    def _earn(self, amount: int, months: int | None, activates_on: date | None) -> None:
        self.account.post(rules.earn(self.balances, amount, self.lot(months), activates_on))
        self.orders.append(self.by_hand.earn(amount, self.lot(months), activates_on))

    @rule()
    def activate(self) -> None:
        if posting := rules.activate(self.balances, self.today):
            self.account.post(posting)
            self.by_hand.activate(self.today)
        assert rules.activate(self.balances, self.today) is None

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, waits=st.sampled_from([0, 5, 300]))
    def deliver(self, which: int, waits: int) -> None:
        order = self.orders[which % len(self.orders)]
        if order.activates_on is None or order.activates_on <= self.today or order.is_delivered:
            return
        where, amount = Activation(order.activates_on, order.lot), len(order.remaining)
        until = self.today + timedelta(waits) if waits else None
        if until:
            self.account.post(rules.reschedule(self.balances, where, amount, until))
        else:
            self.account.post(rules.activate_early(self.balances, where, amount))
        self.by_hand.deliver(order, until)

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, part=PARTS)
    def refund(self, which: int, part: int) -> None:
        order = self.orders[which % len(self.orders)]
        self._take_back(order, len(order.remaining) * part // 4)

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, part=PARTS)
    def reinstate(self, which: int, part: int) -> None:
        order = self.orders[which % len(self.orders)]
        self._give_back(order, len(order.taken_back) * part // 4)

    @precondition(lambda self: self.orders)
    @rule()
    def cancel_all(self) -> None:
        for order in self.orders:
            self._take_back(order, len(order.remaining))

    @precondition(lambda self: self.orders)
    @rule(part=PARTS)
    def refund_all_and_take_that_back(self, part: int) -> None:
        """Nobody has more or less by that; but the points came back later than they had come."""
        before = self.balances
        refunds = [(order, len(order.remaining) * part // 4) for order in self.orders]
        for order, amount in refunds:
            self._take_back(order, amount)
        for order, amount in refunds:
            self._give_back(order, amount)
        after = self.balances
        assert (after.balance, after.earned, after.expired_before_reversal) == (
            before.balance,
            before.earned,
            before.expired_before_reversal,
        )

    def _take_back(self, order: Order, amount: int) -> None:
        activation = Activation(order.activates_on, order.lot) if order.activates_on else None
        shares = [self._lot_share(*share) for share in order.lot_shares()]
        posting = reverse(self.balances, amount, shares, activation=activation, forgives=self.forgives)
        self.account.post(posting)
        self.by_hand.reverse(order, amount, self.today, forgives=self.forgives)
        assert posting.taken_back == amount
        assert (posting.expired_before_reversal, posting.forgiven) == order.lost_of_last(amount)

    def _lot_share(self, lot: date, since: int, amount: int) -> LotShare:
        if self.today <= lot < NEVER:
            return LotShare(lot, amount)
        return LotShare(lot, amount, self.by_hand.expired_of(lot), self.by_hand.expired_of(lot, since))

    def _give_back(self, order: Order, amount: int) -> None:
        waits = order.activates_on if order.activates_on and order.activates_on > self.today else None
        gone, forgiven = order.lost_of_last(amount)
        posting = reinstate(
            self.balances, amount, order.lot, expired_before_reversal=gone, forgiven=forgiven, activates_on=waits
        )
        self.account.post(posting)
        self.by_hand.reinstate(order, amount, self.today)
        assert (posting.taken_back, posting.forgiven) == (-amount, -forgiven)

    # --- spending

    @rule(amount=SOME)
    def hold(self, amount: int) -> None:
        if amount <= self.balances.available:
            self.holds += 1
            self.account.post(rules.hold(self.balances, f"h{self.holds}", amount, NOON))
            self.by_hand.hold(f"h{self.holds}", amount)

    @precondition(lambda self: self.balances.holds)
    @rule(which=WHICH, part=st.integers(1, 4))
    def capture(self, which: int, part: int) -> None:
        name = sorted(self.balances.holds)[which % len(self.balances.holds)]
        amount = max(self.balances.holds[name].amount * part // 4, 1)
        posting, spent = rules.capture(self.balances, name, amount, self.return_policy)
        self.account.post(posting)
        by_hand = self.by_hand.capture(name, amount, fills_debt=self.fills_debt)
        assert _as_spent(spent) == by_hand
        self.account.purchases.append((spent, by_hand))

    @precondition(lambda self: self.balances.holds)
    @rule(which=WHICH)
    def release(self, which: int) -> None:
        name = sorted(self.balances.holds)[which % len(self.balances.holds)]
        self.account.post(rules.release(self.balances, name, self.return_policy))
        self.by_hand.release(name, fills_debt=self.fills_debt)

    @rule(amount=SOME)
    def spend(self, amount: int) -> None:
        if amount <= self.balances.available:
            posting = self.account.post(rules.spend(EntryKind.REDEEMED, self.balances, amount))
            by_hand = self.by_hand.spend(amount)
            assert _as_spent(posting.taken) == by_hand
            self.account.purchases.append((posting.taken, by_hand))

    @precondition(lambda self: self.account.purchases)
    @rule(which=WHICH, is_paid=st.booleans())
    def restore(self, which: int, is_paid: bool) -> None:
        taken, by_hand = self.account.purchases.pop(which % len(self.account.purchases))
        policy = replace(self.return_policy, gives_grace=is_paid)
        self.account.post(rules.restore(self.balances, taken, policy))
        self.by_hand.restore(by_hand, self.today, self.grace if is_paid else None, fills_debt=self.fills_debt)
        self.account.given_back.append(by_hand.total())

    @precondition(lambda self: self.account.given_back)
    @rule()
    def spend_again(self) -> None:
        amount = self.account.given_back.pop()
        self.account.post(rules.spend_again(self.balances, amount))
        self.by_hand.spend_again(amount)

    # --- staff and time

    @rule(amount=st.integers(-25, 25).filter(bool))
    def adjust(self, amount: int) -> None:
        if self.balances.available + min(amount, 0) >= 0:
            self.account.post(rules.adjust(self.balances, amount, self.lot(), fills_debt=self.fills_debt))
            self.by_hand.adjust(amount, self.lot(), fills_debt=self.fills_debt)

    @rule(amount=SOME)
    def revoke(self, amount: int) -> None:
        if amount <= self.balances.available:
            self.account.post(rules.revoke(self.balances, amount, self.lot()))
            self.by_hand.revoke(amount, self.lot())

    @rule(days=st.sampled_from([1, 30, 100]))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days)

    @precondition(lambda self: self.balances.lots)
    @rule(after=st.integers(0, 1))
    def a_lot_comes_to_its_end(self, after: int) -> None:
        lot = min(self.balances.lots)
        if lot < NEVER:
            self.today = max(self.today, lot + timedelta(after))
        self.expire(is_idle=lot == NEVER)

    @rule(is_idle=st.booleans())
    def expire(self, is_idle: bool) -> None:
        while overdue := self._overdue(is_idle=is_idle):
            posting, own_lot = rules.expire_soonest(self.balances, overdue)
            self.account.post(posting)
            assert own_lot == self.by_hand.expire_soonest(self.today, is_idle=is_idle)

    def _overdue(self, *, is_idle: bool) -> dict[date, int]:
        lots = self.balances.lots
        return {day: amount for day, amount in lots.items() if day < self.today or (is_idle and day == NEVER)}

    @rule()
    def turn_to_the_other(self) -> None:
        self.account, self.other = self.other, self.account

    @rule(lost=SOME, kept=SOME, part=PARTS, owes=st.booleans())
    def the_other_has_a_past(self, lost: int, kept: int, part: int, owes: bool) -> None:
        """What an order earned had expired when it was refunded, but for a point that was held. Others wait.

        Of what can be used some is owed by now; or the point that was held was spent, and came back into a grace.
        """
        self.turn_to_the_other()
        self._earn(lost, -1, None)
        self.hold(1)
        self.expire(is_idle=False)
        self._take_back(self.orders[-1], lost * part // 4)
        self._earn(kept, 3, self.today + timedelta(14))
        self._earn(kept, 3, None)
        if owes:
            self.spend(self.balances.available)
            self._take_back(self.orders[-1], kept)
        elif self.balances.holds:
            self.capture(0, 4)
            self.restore(-1, is_paid=True)
        self.turn_to_the_other()

    @rule()
    def merge(self) -> None:
        """The other account comes in, with all that it has, owes and lost; its orders go on here."""
        before, other = self.balances.balance, self.other
        posting = rules.take_over(self.balances, other.balances, fills_debt=self.fills_debt)
        self.by_hand.take_over(other.by_hand, fills_debt=self.fills_debt)
        closed = rules.close(EntryKind.MERGED_OUT, other.balances)
        self.account.post(posting)
        assert (closed.after, closed.amount + posting.amount) == (Balances(), 0)
        assert self.balances.balance == before + other.balances.balance
        self.orders.extend(other.orders)
        self.account.purchases.extend(other.purchases)
        self.account.given_back.extend(other.given_back)
        self.other = Account()

    # --- what always holds

    @invariant()
    def every_place_is_what_the_reference_says(self) -> None:
        assert tuple(self.balances.vector) == self.by_hand.vector
        assert dict(self.balances.lots) == self.by_hand.lots
        assert {tuple(where): amount for where, amount in self.balances.pending.items()} == self.by_hand.pending
        assert {name: dict(hold.lots) for name, hold in self.balances.holds.items()} == self.by_hand.holds
        assert dict(self.balances.expired_before_reversal) == +self.by_hand.expired_before_reversal
        assert {tuple(where): amount for where, amount in self.balances.grace_lots.items()} == dict(
            self.by_hand.grace_lots
        )

    @invariant()
    def the_balance_is_the_sum_of_the_entries(self) -> None:
        amounts = self.account.moved.amounts
        assert self.balances.balance == sum(amounts)
        assert [amount for amount in amounts if amount] == [amount for amount in self.by_hand.entries if amount]

    @invariant()
    def every_place_is_the_sum_of_what_the_entries_moved(self) -> None:
        moved, balances = self.account.moved, self.balances
        assert (moved.lots, moved.pending) == (balances.lots, balances.pending)
        assert (moved.held, moved.owed) == (balances.held, balances.owed)

    @invariant()
    def no_place_is_below_zero(self) -> None:
        held = [amount for hold in self.balances.holds.values() for amount in hold.lots.values()]
        assert all(amount > 0 for amount in [*self.balances.lots.values(), *self.balances.pending.values(), *held])
        assert self.balances.owed >= 0

    @invariant()
    def points_are_usable_or_owed_and_never_both_where_all_that_comes_fills_debt(self) -> None:
        assert not (self.fills_debt and self.balances.owed and self.balances.available)

    @invariant()
    def nothing_is_written_off_that_did_not_expire(self) -> None:
        expired_before_reversal = self.balances.expired_before_reversal
        assert all(0 < points <= self.by_hand.expired_of(day) for day, points in expired_before_reversal.items())

    def teardown(self) -> None:
        for _ in range(2):
            self.account.post(rules.close(EntryKind.VOIDED, self.balances))
            self.by_hand.close()
            self.every_place_is_what_the_reference_says()
            assert sum(self.account.moved.amounts) == 0
            self.turn_to_the_other()


def _as_spent(taken: Taken) -> Spent:
    spent: Spent = Counter()
    for (lot, of), amount in taken.graced.items():
        spent[lot, of] += amount
    for lot, amount in taken.lots.items():
        rest = amount - sum(spent[known] for known in [*spent] if known[0] == lot)
        spent[lot, None] += rest
    return +spent


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=150, stateful_step_count=50)
