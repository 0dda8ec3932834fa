"""What an order is decided to earn, lose or get back: a case a line, without a table or a clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

import pytest

from loyalty.ledger.balances import Activation, Balances, EntryKind
from loyalty.ledger.due_dates import Watch
from loyalty.ledger.reversals import LotShare
from loyalty.ledger.terms import Terms
from loyalty.orders.order_entries import Delivery, Earning, OrderEntries, ReversedMark, Settlement
from loyalty.orders.recorded_order import RecordedOrder
from loyalty.orders.rules import Decision, Holder, Known, OpenAccount, PostEntry, decide, loses_points
from loyalty.points.referral_rules import Referral
from loyalty.points.rules import EarnedTotals, TierSlack
from loyalty.points.tier_rules import TierState
from loyalty.points.tier_windows import EVER
from loyalty.programme.models import Programme
from shared.events.customers import OrderRecorded, OrderStatus
from shared.events.foreign import OrderLine

ADA: Final = "cus_01HZX3Q7V8M4N5P6R7S8T9W0AD"
NOW: Final = datetime(2026, 2, 10, 12, tzinfo=UTC)
PLACED: Final = datetime(2026, 1, 31, 12, tzinfo=UTC)
LOT: Final = date(2027, 1, 31)
OVER: Final = date(2026, 1, 31)
# With the grace of 30 days, rounded up to the end of its month.
GRACE: Final = date(2026, 3, 12)
WAITING: Final = Activation(date(2026, 5, 1), LOT)

UNTIL_DELIVERY: Final = {"pending": {"until": "delivery", "days": 14, "longest_days": 90}}
BRONZE: Final = {"tier": "bronze", "threshold": 0}
GOLD: Final = {"tier": "gold", "threshold": 10, "multiplier": "1.5"}
FLOOR: Final = {"refunds": {"below_zero": "floor"}}
LATER: Final = {"version": 5}
CANCELLED: Final = {"cancelled_at": NOW}
REINSTATED: Final = {"reinstated_at": NOW}

# Of $100: 100 points, which are all there.
EARNED: Final = Earning(ADA, 100, (PLACED, 1), 2, 10_000, "USD", PLACED.date(), LOT)
HAS: Final = Balances(lots={LOT: 100}, earned=100)
HALF: Final = Settlement((NOW, 2), 3, 5_000, taken_back=50, still_in_lot=50)
WHOLE: Final = Settlement((NOW, 2), 3, 10_000, taken_back=100, still_in_lot=100)


@dataclass(frozen=True)
class Case:
    """What is known, and what is expected: the entry's step and amount, and some of its facts."""

    says: str
    order: Mapping[str, Any] = field(default_factory=dict)
    balances: Balances = field(default_factory=Balances)
    holder: Mapping[str, Any] = field(default_factory=dict)
    entries: OrderEntries = field(default_factory=OrderEntries)
    shares: tuple[LotShare, ...] = ()
    programme: Mapping[str, Any] = field(default_factory=dict)
    step: str | None = None
    amount: int = 0
    goes_on: bool = False
    after: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def decided(self) -> Decision | None:
        """What is decided."""
        known = Known(Holder(self.balances, **self.holder), self.entries, self.shares)
        return decide(recorded(self.programme, **self.order), known)

    def entry(self) -> PostEntry:
        """The entry that is decided on."""
        decision = self.decided()
        assert decision
        assert isinstance(decision.write, PostEntry)
        return decision.write


def recorded(programme: Mapping[str, Any] = MappingProxyType({}), version: int = 2, **facts: Any) -> RecordedOrder:
    """An order of $100 that is paid, at a moment ten days later."""
    values: dict[str, Any] = {
        "order_id": "A1",
        "customer_id": ADA,
        "status": OrderStatus.PAID,
        "placed_at": PLACED,
        "paid_at": PLACED,
        "currency": "USD",
        "total": 10_000,
        "refunded": 0,
    }
    of = Programme.model_validate({"earning": {"points_per_unit": 1}, **programme})
    return RecordedOrder(OrderRecorded(**values | facts), version, Terms(7, Watch.of(of, NOW), of, NOW))


def entries(*settled: Settlement, earned: Earning = EARNED, delivered: Delivery | None = None) -> OrderEntries:
    return OrderEntries(earned, delivered, settled)


SHARE: Final = (LotShare(LOT, 100),)
REST: Final = (LotShare(LOT, 50),)
AFTER_HALF: Final = Balances(lots={LOT: 50}, earned=50)
WAITS: Final = replace(EARNED, activates_on=WAITING.on)
PENDING: Final = Balances(pending={WAITING: 100}, earned=100)
BROUGHT: Final = {"referrals": {ADA: Referral(referrer="cus_B")}}
COUNTED: Final = {"referrals": {ADA: Referral(1, 1)}}
BROUGHT_BY: Final = replace(EARNED, brought=(ADA,))

GIFT_CARDS: Final = {
    "earning": {
        "points_per_unit": 1,
        "multipliers": [{"name": "gift-cards", "factor": 0, "categories": ["gift"]}],
    }
}


def line(category: str, amount: int) -> OrderLine:
    return OrderLine(product_id=category, category=category, quantity=1, amount=amount)


CASES: Final = [
    # --- earning
    Case("a paid order earns", step="EARN", amount=100, after={"lots": {LOT: 100}, "earned": 100}),
    Case(
        "what is owed is filled first", balances=Balances(owed=30), step="EARN", amount=100, after={"lots": {LOT: 70}}
    ),
    Case(
        "a tier multiplies",
        holder={"tiers": TierState("gold")},
        programme={
            "tiers": {
                "rungs": [{"tier": "bronze", "threshold": 0}, {"tier": "gold", "threshold": 10, "multiplier": "1.5"}]
            }
        },
        step="EARN",
        amount=150,
        facts={"parts": [["base", 100], ["tier", 50]]},
    ),
    Case(
        "a limit leaves less",
        holder={"quota": EarnedTotals(40, {"2026-02": 40}, {"2026-02-10": 40})},
        programme={"earning": {"points_per_unit": 1, "limits": {"per_day": 60}}},
        step="EARN",
        amount=20,
        facts={"parts": [["base", 100], ["limit", -80]]},
    ),
    Case("another currency earns nothing, and says so", {"currency": "EUR"}, step="EARN", facts={"parts": None}),
    Case("an order not paid yet opens the account", {"paid_at": None}, holder={"is_stored": False}, step="open"),
    Case("and changes nothing of one that is there", {"paid_at": None}),
    Case(
        "it earns when placed, where the programme says so",
        {"paid_at": None},
        programme={"earning": {"points_per_unit": 1, "on": "placed"}},
        step="EARN",
        amount=100,
    ),
    Case("a free order leaves no entry", {"total": 0}),
    Case(
        "an order is counted for who brought the customer",
        holder=BROUGHT,
        step="EARN",
        amount=100,
        facts={"brought": [ADA]},
    ),
    Case(
        "goods that earn nothing do not help it to be counted",
        {"total": 2_000, "lines": [line("mug", 999), line("gift", 1_001)]},
        holder=BROUGHT,
        programme=GIFT_CARDS,
        step="EARN",
        amount=9,
        facts={"brought": None, "left_out": 1_001, "earning": 999},
    ),
    Case(
        "an order of a whole referral's worth of other goods is",
        {"total": 2_001, "lines": [line("mug", 1_000), line("gift", 1_001)]},
        holder=BROUGHT,
        programme=GIFT_CARDS,
        step="EARN",
        amount=10,
        facts={"brought": [ADA], "brings": 10},
    ),
    Case("one that earns nothing is not", {"total": 10}, holder=BROUGHT, step="EARN", facts={"brought": None}),
    Case("an erased person earns nothing", holder={"is_erased": True}),
    Case(
        "everything that is known of the customer counts",
        holder={"groups": ("vip",), "birthday": date(1990, 1, 31)},
        programme={
            "earning": {
                "points_per_unit": 1,
                "multipliers": [{"name": "vip", "factor": 2, "groups": ["vip"]}],
                "bonuses": {"birthday": 3},
            }
        },
        step="EARN",
        amount=600,
        facts={"parts": [["base", 100], ["birthday", 200], ["vip", 300]]},
    ),
    Case("an order of a cent leaves an entry", {"total": 1}, step="EARN", facts={"total": 1, "parts": None}),
    Case("a delivery is nothing to wait for without a wait", {"delivered_at": NOW}, step="EARN", amount=100),
    # --- waiting and delivery
    Case(
        "points wait for the delivery, at most so long",
        programme=UNTIL_DELIVERY,
        step="EARN",
        amount=100,
        facts={"ripens": "2026-05-11"},
        after={"pending": {Activation(date(2026, 5, 11), LOT): 100}},
    ),
    Case(
        "points wait so many days after the payment",
        programme={"pending": {"until": "days", "days": 14}},
        step="EARN",
        amount=100,
        facts={"ripens": "2026-02-14"},
    ),
    Case(
        "or after the order, if it is not paid",
        {"paid_at": None},
        programme={"earning": {"points_per_unit": 1, "on": "placed"}, "pending": {"until": "days", "days": 14}},
        step="EARN",
        amount=100,
        facts={"ripens": "2026-02-14"},
    ),
    Case(
        "a later payment lets them wait longer",
        {"paid_at": NOW},
        programme={"pending": {"until": "days", "days": 14}},
        step="EARN",
        amount=100,
        facts={"ripens": "2026-02-24", "lot": LOT.isoformat()},
    ),
    Case(
        "points of an order that is delivered already wait for the days after it",
        {"delivered_at": NOW},
        programme=UNTIL_DELIVERY,
        step="EARN",
        amount=100,
        goes_on=True,
        facts={"ripens": "2026-02-24"},
    ),
    Case(
        "and no longer when they are over",
        programme={"pending": {"until": "days", "days": 10}},
        step="EARN",
        amount=100,
        facts={"ripens": None},
        after={"lots": {LOT: 100}},
    ),
    Case(
        "a delivery moves the day",
        {"delivered_at": NOW, **LATER},
        PENDING,
        entries=entries(earned=WAITS),
        programme=UNTIL_DELIVERY,
        step="DELIVERED",
        facts={"ripens": "2026-02-24"},
        after={"pending": {Activation(date(2026, 2, 24), LOT): 100}},
    ),
    Case(
        "a delivery long ago lets them be used at once",
        {"delivered_at": PLACED.replace(month=1, day=1), **LATER},
        PENDING,
        entries=entries(earned=WAITS),
        programme=UNTIL_DELIVERY,
        step="DELIVERED",
        facts={"ripens": ""},
        after={"lots": {LOT: 100}, "pending": {}},
    ),
    Case(
        "a second delivery changes nothing",
        {"delivered_at": NOW, **LATER},
        PENDING,
        entries=entries(earned=WAITS, delivered=Delivery(date(2026, 2, 24))),
        programme=UNTIL_DELIVERY,
    ),
    Case(
        "nor does one that they would be activated on already",
        {"delivered_at": NOW, **LATER},
        PENDING,
        entries=entries(earned=replace(EARNED, activates_on=date(2026, 2, 24))),
        programme=UNTIL_DELIVERY,
    ),
    Case(
        "nor one after the day of their activation",
        {"delivered_at": NOW, **LATER},
        PENDING,
        entries=entries(earned=replace(EARNED, activates_on=NOW.date())),
        programme=UNTIL_DELIVERY,
    ),
    Case(
        "of a refunded order those that are left are activated",
        {"delivered_at": NOW, "refunded": 5_000, "version": 3},
        Balances(pending={WAITING: 80}, earned=80),
        entries=entries(HALF, earned=WAITS),
        programme=UNTIL_DELIVERY,
        step="DELIVERED",
        after={"pending": {Activation(date(2026, 2, 24), LOT): 50, WAITING: 30}},
    ),
    Case(
        "points that wait for nothing do not heed it",
        {"delivered_at": NOW, **LATER},
        HAS,
        entries=entries(),
        programme=UNTIL_DELIVERY,
    ),
    Case(
        "an order that is refunded and delivered is settled first",
        {"delivered_at": NOW, "refunded": 5_000, **LATER},
        PENDING,
        entries=entries(earned=WAITS),
        shares=SHARE,
        programme=UNTIL_DELIVERY,
        step="SETTLE#000000005",
        amount=-50,
        goes_on=True,
        facts={"own": 50},
    ),
    # --- taking back
    Case(
        "a refund in part takes its part",
        {"refunded": 5_000, **LATER},
        HAS,
        entries=entries(),
        shares=SHARE,
        step="SETTLE#000000005",
        amount=-50,
        facts={"version": 5, "undone": 5_000, "taken_back": 50, "own": 50},
        after={"lots": {LOT: 50}, "earned": 50},
    ),
    Case(
        "what stays is rounded down",
        {"refunded": 1, **LATER},
        HAS,
        entries=entries(),
        shares=SHARE,
        step="SETTLE#000000005",
        amount=-1,
    ),
    Case(
        "a second refund takes the difference",
        {"refunded": 7_500, **LATER},
        AFTER_HALF,
        entries=entries(HALF),
        shares=REST,
        step="SETTLE#000000005",
        amount=-25,
    ),
    Case(
        "a cancellation takes all",
        {**CANCELLED, **LATER},
        AFTER_HALF,
        entries=entries(HALF),
        shares=REST,
        step="SETTLE#000000005",
        amount=-50,
        facts={"undone": 10_000},
    ),
    Case("the same refund again changes nothing", {"refunded": 5_000, **LATER}, AFTER_HALF, entries=entries(HALF)),
    Case("an older version changes nothing", {"refunded": 9_000, "version": 3}, AFTER_HALF, entries=entries(HALF)),
    Case(
        "nor does a version older than the one that earned", {"refunded": 9_000, "version": 1}, HAS, entries=entries()
    ),
    Case(
        "a refund heard before it earned earns first",
        {"refunded": 5_000},
        step="EARN",
        amount=100,
        goes_on=True,
    ),
    Case(
        "and the version that earned takes back",
        {"refunded": 5_000},
        HAS,
        entries=entries(),
        shares=SHARE,
        step="SETTLE#000000002",
        amount=-50,
    ),
    Case(
        "what was spent is owed",
        {**CANCELLED, **LATER},
        Balances(lots={LOT: 20}, earned=100, spent=80),
        entries=entries(),
        shares=SHARE,
        step="SETTLE#000000005",
        amount=-100,
        after={"owed": 80, "lots": {}},
        facts={"own": 20},
    ),
    Case(
        "or forgiven",
        {**CANCELLED, **LATER},
        Balances(lots={LOT: 20}, earned=100, spent=80),
        entries=entries(),
        shares=SHARE,
        programme=FLOOR,
        step="SETTLE#000000005",
        amount=-20,
        after={"owed": 0},
        facts={"own": 20, "forgiven": 80},
    ),
    Case(
        "what has expired is not taken again",
        {**CANCELLED, **LATER},
        Balances(earned=100, expired=100),
        entries=entries(earned=replace(EARNED, lot=OVER)),
        shares=(LotShare(OVER, 100, 100),),
        step="SETTLE#000000005",
        facts={"taken_back": 100, "written_off": {"2026-01-31": 100}},
        after={"owed": 0},
    ),
    Case(
        "an order none of which remains is not counted any more",
        {**CANCELLED, **LATER},
        HAS,
        holder=COUNTED,
        entries=entries(earned=BROUGHT_BY),
        shares=SHARE,
        step="SETTLE#000000005",
        amount=-100,
    ),
    Case("an erased person loses nothing", {**CANCELLED, **LATER}, holder={"is_erased": True}, entries=entries()),
    # --- giving back
    Case(
        "a reinstatement gives back",
        {**REINSTATED, **LATER},
        Balances(),
        entries=entries(WHOLE),
        step="SETTLE#000000005",
        amount=100,
        facts={"undone": 0, "taken_back": -100, "lot": None},
        after={"lots": {LOT: 100}, "earned": 100},
    ),
    Case(
        "as far as no refund stands",
        {**REINSTATED, "refunded": 5_000, **LATER},
        Balances(),
        entries=entries(WHOLE),
        step="SETTLE#000000005",
        amount=50,
    ),
    Case(
        "into its lot, even if that has ended",
        {**REINSTATED, **LATER},
        Balances(),
        entries=entries(WHOLE, earned=replace(EARNED, lot=OVER)),
        step="SETTLE#000000005",
        amount=100,
        facts={"lot": None},
        after={"lots": {OVER: 100}},
    ),
    Case(
        "but not on its last day",
        {**REINSTATED, **LATER},
        Balances(),
        entries=entries(WHOLE, earned=replace(EARNED, lot=NOW.date())),
        step="SETTLE#000000005",
        amount=100,
        facts={"lot": None},
        after={"lots": {NOW.date(): 100}},
    ),
    Case(
        "what had expired or was forgiven stays away",
        {**REINSTATED, **LATER},
        Balances(expired_before_reversal={LOT: 30}),
        entries=entries(replace(WHOLE, still_in_lot=50, already_expired={LOT: 30}, forgiven=20)),
        step="SETTLE#000000005",
        amount=50,
        facts={"written_off": {"2027-01-31": -30}, "forgiven": -20},
    ),
    Case(
        "points that waited wait on",
        {**REINSTATED, **LATER},
        Balances(),
        entries=entries(WHOLE, earned=WAITS),
        step="SETTLE#000000005",
        amount=100,
        after={"pending": {WAITING: 100}},
    ),
    Case(
        "until the day of their activation",
        {**REINSTATED, **LATER},
        Balances(),
        entries=entries(WHOLE, earned=replace(EARNED, activates_on=NOW.date())),
        step="SETTLE#000000005",
        amount=100,
        after={"pending": {}, "lots": {LOT: 100}},
    ),
    Case(
        "a reinstatement that gives nothing back is posted: the cancellation may still be heard",
        {**REINSTATED, **LATER},
        HAS,
        entries=entries(),
        step="SETTLE#000000005",
        facts={"undone": 0},
    ),
    Case("unless it was that version that earned", REINSTATED, HAS, entries=entries()),
    # --- without points
    Case(
        "a cancelled order that earned nothing is marked",
        {"paid_at": None, **CANCELLED},
        step="mark",
    ),
    Case(
        "after its customer's account is opened",
        {"paid_at": None, **CANCELLED},
        holder={"is_stored": False},
        step="open",
        goes_on=True,
    ),
    Case(
        "a mark of a newer version stays",
        {"paid_at": None, **CANCELLED},
        entries=OrderEntries(mark=ReversedMark(2, 10_000, 10_000, is_cancelled=True)),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_it_is_decided_what_an_order_needs_next(case: Case) -> None:
    decision = case.decided()
    assert (_step_of(decision), decision.goes_on if decision else False) == (case.step, case.goes_on)
    if decision and isinstance(decision.write, PostEntry):
        posting = decision.write.posting
        assert posting.amount == case.amount
        assert {name: decision.write.facts.get(name) for name in case.facts} == case.facts
        assert {name: getattr(posting.after, name) for name in case.after} == case.after


def test_an_order_says_what_it_earns_in_lower_tiers_and_the_account_how_far_they_are() -> None:
    state = TierState("gold", qualifying={EVER: 25, "2026-02": 25})
    holder = {"tiers": state, "name": ADA, "number": 7}
    entry = Case("", holder=holder, programme={"tiers": {"rungs": [BRONZE, GOLD]}}).entry()
    assert entry.posting.amount == 150
    assert entry.facts["tiered"] == {"had": 25, "to": "2026-02", "steps": [[10, 150], [0, 100]]}
    assert entry.tier_slack == TierSlack(8, 15)


@pytest.mark.parametrize(
    ("settled", "expected"),
    [
        ({"name": ADA}, TierSlack(8, -35)),
        ({"name": "cus_B"}, TierSlack(8, -35)),
        ({"name": ADA, "at": 8}, TierSlack(8, 15)),
    ],
)
def test_a_settlement_uses_the_slack_up_unless_it_is_of_the_newest(
    settled: dict[str, Any], expected: TierSlack
) -> None:
    earned = replace(EARNED, at=(PLACED, settled.pop("at", 1)))
    holder = {"tier_slack": TierSlack(8, 15), **settled}
    case = Case("", {"refunded": 5_000, **LATER}, HAS, holder=holder, entries=entries(earned=earned), shares=SHARE)
    assert case.entry().tier_slack == expected


@pytest.mark.parametrize(
    ("order", "left"), [({"refunded": 5_000}, 30), ({}, 60), ({"total": 20_000, "edited_at": NOW}, 120), (CANCELLED, 0)]
)
def test_a_repriced_order_follows_its_money_from_what_it_is_worth_now(order: Mapping[str, Any], left: int) -> None:
    again = Settlement((NOW, 3), 2, taken_back=40, still_in_lot=40, worth=60)
    known = replace(entries(), repriced=(again,))
    after = Balances(lots={LOT: 60}, earned=60)
    case = Case("", {**REINSTATED, **order, **LATER}, after, entries=known, shares=(LotShare(LOT, 60),))
    assert case.entry().posting.after.balance == left


def _step_of(decision: Decision | None) -> str | None:
    match decision and decision.write:
        case PostEntry() as entry:
            return entry.step
        case OpenAccount():
            return "open"
        case ReversedMark():
            return "mark"
    return None


def test_an_entry_of_an_order_keeps_what_later_settlements_need() -> None:
    entry = Case("", holder=BROUGHT, programme={"pending": {"until": "days", "days": 14}}).entry()
    assert entry.facts == {
        "version": 2,
        "currency": "USD",
        "total": 10_000,
        "placed": "2026-01-31",
        "lot": LOT.isoformat(),
        "ripens": "2026-02-14",
        "parts": [["base", 100]],
        "brought": [ADA],
        "brings": 10,
        "counted": None,
        "earning": 10_000,
        "left_out": None,
        "steps": None,
        "counts": None,
        "as_of": None,
        "reached": None,
        "tiered": None,
    }
    refund = Case("", {"refunded": 5_000, **LATER}, HAS, entries=entries(), shares=SHARE).entry()
    assert refund.facts == {
        "version": 5,
        "undone": 5_000,
        "kept": (5_000, 10_000),
        "most": None,
        "returned": None,
        "taken_back": 50,
        "own": 50,
        "written_off": None,
        "forgiven": None,
    }
    delivery = Case(
        "", {"delivered_at": NOW, **LATER}, PENDING, entries=entries(earned=WAITS), programme=UNTIL_DELIVERY
    )
    assert delivery.entry().facts == {"version": 5, "ripens": "2026-02-24"}


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        (Case(""), EntryKind.EARNED),
        (Case("", {"refunded": 5_000, **LATER}, HAS, entries=entries(), shares=SHARE), EntryKind.REVERSED),
        (Case("", {**REINSTATED, **LATER}, entries=entries(WHOLE)), EntryKind.REINSTATED),
        # Nothing was taken back, so nothing is: it is no reversal.
        (Case("", {**REINSTATED, **LATER}, HAS, entries=entries()), EntryKind.REINSTATED),
        (
            Case("", {"delivered_at": NOW, **LATER}, PENDING, {}, entries(earned=WAITS), (), UNTIL_DELIVERY),
            EntryKind.RIPENED,
        ),
    ],
)
def test_an_entry_says_what_was_done(case: Case, kind: EntryKind) -> None:
    assert case.entry().posting.kind is kind


@pytest.mark.parametrize(
    ("order", "known", "loses"),
    [
        ({"refunded": 1}, OrderEntries(), False),
        ({"refunded": 1}, entries(), True),
        ({}, entries(), False),
        ({"refunded": 1, "version": 1}, entries(), False),
        ({"refunded": 5_000, **LATER}, entries(HALF), False),
        ({"refunded": 5_001, **LATER}, entries(HALF), True),
        ({**REINSTATED, **LATER}, entries(WHOLE), False),
        ({**CANCELLED, "version": 3}, entries(HALF), False),
    ],
)
def test_an_order_loses_points_if_a_newer_version_reverses_more(
    order: Mapping[str, Any], known: OrderEntries, loses: bool
) -> None:
    assert loses_points(recorded(**order), known) is loses


@pytest.mark.parametrize(
    ("changed", "before", "mark"),
    [
        ({"refunded": 5_000}, None, ReversedMark(2, 10_000, 5_000, is_cancelled=False)),
        (CANCELLED, None, ReversedMark(2, 10_000, 10_000, is_cancelled=True)),
        (
            REINSTATED,
            ReversedMark(1, 10_000, 10_000, is_cancelled=True),
            ReversedMark(2, 10_000, 0, is_cancelled=False),
        ),
        (CANCELLED, ReversedMark(2, 10_000, 0, is_cancelled=False), None),
        ({}, None, None),
    ],
)
def test_an_order_of_nobodys_is_marked_when_it_is_reversed(
    changed: Mapping[str, Any], before: ReversedMark | None, mark: ReversedMark | None
) -> None:
    decision = decide(recorded(customer_id=None, **changed), Known(None, OrderEntries(EARNED, mark=before)))
    assert decision == (Decision(mark) if mark else None)


@pytest.mark.parametrize(
    ("known", "needs"), [(Known(None), False), (Known(Holder(is_erased=True)), False), (Known(Holder()), True)]
)
def test_an_account_that_is_empty_and_an_order_without_entries_need_not_say_so(known: Known, needs: bool) -> None:
    decision = decide(recorded(), known)
    assert (decision is not None) is needs


@pytest.mark.parametrize(
    ("case", "orders"),
    [(Case("", holder=BROUGHT), 1), (Case("", {"total": 10}, holder=BROUGHT), 0)],
)
def test_an_order_that_earns_is_counted_for_the_referral(case: Case, orders: int) -> None:
    assert _referral(case).qualifying_orders == orders


@pytest.mark.parametrize(
    ("change", "settled", "balances", "orders"),
    [
        ({"refunded": 9_000}, (), HAS, 1),
        (CANCELLED, (), HAS, 0),
        (REINSTATED, (WHOLE,), Balances(), 2),
        ({**REINSTATED, "refunded": 5_000}, (HALF,), AFTER_HALF, 1),
    ],
)
def test_an_order_counts_for_the_referral_while_any_of_its_points_remain(
    change: Mapping[str, Any], settled: tuple[Settlement, ...], balances: Balances, orders: int
) -> None:
    known = entries(*settled, earned=BROUGHT_BY)
    case = Case("", {**change, **LATER}, balances, holder=COUNTED, entries=known, shares=SHARE)
    assert _referral(case).qualifying_orders == orders


def _referral(case: Case) -> Referral:
    entry = case.entry()
    assert entry.referrals
    return entry.referrals[ADA]


@pytest.mark.parametrize(
    ("by", "order", "settled", "counts"),
    [
        ("points", {}, None, 100),
        ("money", {}, None, 10_000),
        ("money", {"currency": "EUR"}, None, 0),
        ("orders", {}, None, 1),
        ("points", {"refunded": 5_000}, (), -50),
        ("money", {"refunded": 5_000}, (), -5_000),
        ("orders", {"refunded": 5_000}, (), 0),
        ("orders", CANCELLED, (), -1),
        ("orders", REINSTATED, (WHOLE,), 1),
        ("money", {**REINSTATED, "refunded": 5_000}, (WHOLE,), 5_000),
        ("points", {**REINSTATED, "refunded": 5_000}, (WHOLE,), 50),
    ],
)
def test_an_order_counts_towards_the_tier_by_what_the_programme_measures(
    by: str, order: Mapping[str, Any], settled: tuple[Settlement, ...] | None, counts: int
) -> None:
    known = OrderEntries() if settled is None else entries(*settled)
    programme = {"tiers": {"by": by}}
    before = TierState(
        basis=recorded(programme).terms.programme.tiers.by, qualifying={"ever": 20_000, "2026-01": 20_000}
    )
    case = Case("", {**order, **LATER}, HAS, {"tiers": before}, known, SHARE, programme)
    entry = case.entry()
    tiers = entry.tiers or before
    assert tiers.qualifying == {"ever": 20_000 + counts, "2026-01": 20_000 + counts}


@pytest.mark.parametrize(
    ("opened_at", "expected"), [(None, PLACED), (NOW, PLACED), (datetime(2025, 1, 1, tzinfo=UTC),) * 2]
)
def test_an_account_began_when_its_customer_first_bought(opened_at: datetime | None, expected: datetime) -> None:
    assert Case("", holder={"opened_at": opened_at}).entry().opened_at == expected


TOTALS: Final = EarnedTotals(140, {"2026-02": 100}, {"2026-02-10": 100})


@pytest.mark.parametrize(("limits", "quota"), [({}, None), ({"for_ever": 500}, TOTALS)])
def test_what_was_earned_is_kept_where_it_is_limited(limits: Mapping[str, Any], quota: Any) -> None:
    earning = {"points_per_unit": 1, "limits": limits}
    case = Case(
        "", holder={"quota": EarnedTotals(40, {"2025-02": 40}, {"2025-02-10": 40})}, programme={"earning": earning}
    )
    entry = case.entry()
    assert entry.quota == quota


@pytest.mark.parametrize(
    ("by", "earned", "counts"),
    [
        # Without a day of its own it counts in this month.
        ("points", replace(EARNED, placed=None), {"2026-01": 20_000, "2026-02": -50}),
        ("points", replace(EARNED, placed=date(2026, 3, 1)), {"2026-01": 20_000, "2026-02": -50}),
        ("money", replace(EARNED, currency="EUR"), {"2026-01": 20_000}),
    ],
)
def test_a_refund_counts_in_the_month_of_the_order_and_in_the_shops_currency(
    by: str, earned: Earning, counts: Mapping[str, int]
) -> None:
    programme = {"tiers": {"by": by}}
    basis = recorded(programme).terms.programme.tiers.by
    before = TierState(basis=basis, qualifying={"ever": 20_000, "2026-01": 20_000})
    known = entries(earned=earned)
    entry = Case("", {"refunded": 5_000, **LATER}, HAS, {"tiers": before}, known, SHARE, programme).entry()
    found = (entry.tiers or before).qualifying
    assert {month: amount for month, amount in found.items() if month != "ever"} == counts
