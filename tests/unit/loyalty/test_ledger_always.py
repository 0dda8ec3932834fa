"""What holds after any operations in any order: the rules beside a reference ledger, driven by Hypothesis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from loyalty.days import NEVER, lot_of, months_after
from loyalty.ledger import rules
from loyalty.ledger.balances import EntryKind, Posting, Ripening, Standing, plus
from loyalty.ledger.reversals import Parcel, reinstate, reverse
from loyalty.ledger.rules import Back
from tests.unit.loyalty.reference import Order, Reference

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
    pending: Mapping[Ripening, int] = field(default_factory=dict)
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

    standing: Standing = field(default_factory=Standing)
    moved: Moved = field(default_factory=Moved)
    by_hand: Reference = field(default_factory=Reference)
    orders: list[Order] = field(default_factory=list)
    purchases: list[dict[date, int]] = field(default_factory=list)
    given_back: list[int] = field(default_factory=list)

    def post(self, posting: Posting) -> Posting:
        assert posting.before == self.standing
        self.standing = posting.after
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
    def standing(self) -> Standing:
        return self.account.standing

    @property
    def by_hand(self) -> Reference:
        return self.account.by_hand

    @property
    def orders(self) -> list[Order]:
        return self.account.orders

    def lot(self, months: int | None = 3) -> date:
        return lot_of(NEVER if months is None else months_after(self.today, months), self.today, exact=False)

    @property
    def back(self) -> Back:
        return Back(self.today, self.today + timedelta(30), self.fills_debt)

    # --- orders

    @rule(amounts=st.lists(AMOUNTS, min_size=1, max_size=3), months=MONTHS)
    def earn(self, amounts: list[int], months: int | None) -> None:
        for amount in amounts:
            self._earn(amount, months, None)

    @rule(amount=AMOUNTS, months=MONTHS, waits=st.sampled_from([1, 14, 200]))
    def earn_and_wait(self, amount: int, months: int | None, waits: int) -> None:
        self._earn(amount, months, self.today + timedelta(waits))

    def _earn(self, amount: int, months: int | None, ripens: date | None) -> None:
        self.account.post(rules.earn(self.standing, amount, self.lot(months), ripens))
        self.orders.append(self.by_hand.earn(amount, self.lot(months), ripens))

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
        if order.ripens is None or order.ripens <= self.today or order.is_delivered:
            return
        where, amount = Ripening(order.ripens, order.lot), len(order.stands)
        until = self.today + timedelta(waits) if waits else None
        if until:
            self.account.post(rules.put_off(self.standing, where, amount, until))
        else:
            self.account.post(rules.ripen_one(self.standing, where, amount))
        self.by_hand.deliver(order, until)

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, part=PARTS)
    def refund(self, which: int, part: int) -> None:
        order = self.orders[which % len(self.orders)]
        self._take_back(order, len(order.stands) * part // 4)

    @precondition(lambda self: self.orders)
    @rule(which=WHICH, part=PARTS)
    def reinstate(self, which: int, part: int) -> None:
        order = self.orders[which % len(self.orders)]
        self._give_back(order, len(order.undone) * part // 4)

    @precondition(lambda self: self.orders)
    @rule()
    def cancel_all(self) -> None:
        for order in self.orders:
            self._take_back(order, len(order.stands))

    @precondition(lambda self: self.orders)
    @rule(part=PARTS)
    def refund_all_and_take_that_back(self, part: int) -> None:
        """Nobody has more or less by that; but the points came back later than they had come."""
        before = self.standing
        refunds = [(order, len(order.stands) * part // 4) for order in self.orders]
        for order, amount in refunds:
            self._take_back(order, amount)
        for order, amount in refunds:
            self._give_back(order, amount)
        after = self.standing
        assert (after.balance, after.earned, after.written_off) == (before.balance, before.earned, before.written_off)

    def _take_back(self, order: Order, amount: int) -> None:
        ripening = Ripening(order.ripens, order.lot) if order.ripens else None
        parcels = [self._parcel(*parcel) for parcel in order.parcels()]
        posting = reverse(self.standing, amount, parcels, ripening=ripening, forgives=self.forgives)
        self.account.post(posting)
        self.by_hand.reverse(order, amount, self.today, forgives=self.forgives)
        assert posting.taken_back == amount
        assert (posting.written_off, posting.forgiven) == order.lost_of_last(amount)

    def _parcel(self, lot: date, since: int, amount: int) -> Parcel:
        if self.today <= lot < NEVER:
            return Parcel(lot, amount)
        return Parcel(lot, amount, self.by_hand.expired_of(lot), self.by_hand.expired_of(lot, since))

    def _give_back(self, order: Order, amount: int) -> None:
        lot = self.back.grace_until if order.lot < self.today else order.lot
        waits = order.ripens if order.ripens and order.ripens > self.today else None
        gone, forgiven = order.lost_of_last(amount)
        posting = reinstate(self.standing, amount, lot, written_off=gone, forgiven=forgiven, ripens_on=waits)
        self.account.post(posting)
        self.by_hand.reinstate(order, amount, self.today, self.back.grace_until)
        assert (posting.taken_back, posting.forgiven) == (-amount, -forgiven)

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
        self.account.purchases.append(dict(spent))

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
            self.account.purchases.append(dict(taken))

    @precondition(lambda self: self.account.purchases)
    @rule(which=WHICH)
    def restore(self, which: int) -> None:
        lots = self.account.purchases.pop(which % len(self.account.purchases))
        self.account.post(rules.restore(self.standing, lots, self.back))
        self.by_hand.restore(Counter(lots), self.today, self.back.grace_until, fills_debt=self.fills_debt)
        self.account.given_back.append(sum(lots.values()))

    @precondition(lambda self: self.account.given_back)
    @rule()
    def spend_again(self) -> None:
        amount = self.account.given_back.pop()
        self.account.post(rules.spend_again(self.standing, amount))
        self.by_hand.spend_again(amount)

    # --- staff and time

    @rule(amount=st.integers(-25, 25).filter(bool))
    def adjust(self, amount: int) -> None:
        if self.standing.available + min(amount, 0) >= 0:
            self.account.post(rules.adjust(self.standing, amount, self.lot(), fills_debt=self.fills_debt))
            self.by_hand.adjust(amount, self.lot(), fills_debt=self.fills_debt)

    @rule(amount=SOME)
    def revoke(self, amount: int) -> None:
        if amount <= self.standing.available:
            self.account.post(rules.revoke(self.standing, amount, self.lot()))
            self.by_hand.revoke(amount, self.lot())

    @rule(days=st.sampled_from([1, 30, 100]))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days)

    @precondition(lambda self: self.standing.lots)
    @rule(after=st.integers(0, 1))
    def a_lot_comes_to_its_end(self, after: int) -> None:
        lot = min(self.standing.lots)
        if lot < NEVER:
            self.today = max(self.today, lot + timedelta(after))
        self.expire(is_idle=lot == NEVER)

    @rule(is_idle=st.booleans())
    def expire(self, is_idle: bool) -> None:
        while over := self._over(is_idle=is_idle):
            posting, own_lot = rules.expire_soonest(self.standing, over)
            self.account.post(posting)
            assert own_lot == self.by_hand.expire_soonest(self.today, is_idle=is_idle)

    def _over(self, *, is_idle: bool) -> dict[date, int]:
        lots = self.standing.lots
        return {day: amount for day, amount in lots.items() if day < self.today or (is_idle and day == NEVER)}

    @rule()
    def turn_to_the_other(self) -> None:
        self.account, self.other = self.other, self.account

    @rule(lost=SOME, kept=SOME, part=PARTS, owes=st.booleans())
    def the_other_has_a_past(self, lost: int, kept: int, part: int, owes: bool) -> None:
        """What an order earned had expired when it was refunded, but for a point that was held. Others wait.

        Of what can be used some is owed by now; or the point that was held has come back, into a grace.
        """
        self.turn_to_the_other()
        self._earn(lost, -1, None)
        self.hold(1)
        self.expire(is_idle=False)
        self._take_back(self.orders[-1], lost * part // 4)
        self._earn(kept, 3, self.today + timedelta(14))
        self._earn(kept, 3, None)
        if owes:
            self.spend(self.standing.available)
            self._take_back(self.orders[-1], kept)
        elif self.standing.holds:
            self.release(0)
        self.turn_to_the_other()

    @rule()
    def merge(self) -> None:
        """The other account comes in, with all that it has, owes and lost; its orders go on here."""
        before, other = self.standing.balance, self.other
        posting = rules.take_over(self.standing, other.standing, fills_debt=self.fills_debt)
        self.by_hand.take_over(other.by_hand, fills_debt=self.fills_debt)
        closed = rules.close(EntryKind.MERGED_OUT, other.standing)
        self.account.post(posting)
        assert (closed.after, closed.amount + posting.amount) == (Standing(), 0)
        assert self.standing.balance == before + other.standing.balance
        self.orders.extend(other.orders)
        self.account.purchases.extend(other.purchases)
        self.account.given_back.extend(other.given_back)
        self.other = Account()

    # --- what always holds

    @invariant()
    def every_place_is_what_the_reference_says(self) -> None:
        assert tuple(self.standing.vector) == self.by_hand.vector
        assert dict(self.standing.lots) == self.by_hand.lots
        assert {tuple(where): amount for where, amount in self.standing.pending.items()} == self.by_hand.pending
        assert {name: dict(hold.lots) for name, hold in self.standing.holds.items()} == self.by_hand.holds
        assert dict(self.standing.written_off) == +self.by_hand.written_off
        assert {tuple(where): amount for where, amount in self.standing.graced.items()} == Counter(self.by_hand.graces)

    @invariant()
    def the_balance_is_the_sum_of_the_entries(self) -> None:
        amounts = self.account.moved.amounts
        assert self.standing.balance == sum(amounts)
        assert [amount for amount in amounts if amount] == [amount for amount in self.by_hand.entries if amount]

    @invariant()
    def every_place_is_the_sum_of_what_the_entries_moved(self) -> None:
        moved, standing = self.account.moved, self.standing
        assert (moved.lots, moved.pending) == (standing.lots, standing.pending)
        assert (moved.held, moved.owed) == (standing.held, standing.owed)

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
        assert all(0 < points <= self.by_hand.expired_of(day) for day, points in written_off.items())

    def teardown(self) -> None:
        for _ in range(2):
            self.account.post(rules.close(EntryKind.VOIDED, self.standing))
            self.by_hand.close()
            self.every_place_is_what_the_reference_says()
            assert sum(self.account.moved.amounts) == 0
            self.turn_to_the_other()


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=150, stateful_step_count=50)
