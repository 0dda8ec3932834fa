"""How an order was paid, and where its refunds went: a case a line, and what holds for all of them."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from customers.orders import rules
from customers.orders.payments import Parts, payments_of, returned
from customers.orders.rules import Change, Facts
from shared.events.customers import OrderStatus
from shared.events.foreign import OrderRefunded, Refund, ReturnedMeans
from tests.harness.orders import NOON, order, paid, refunded

# $100: $20 by points, $20 by credit, $60 by card.
PAID = Parts(2_000, 2_000, 6_000)
NOTHING = Parts()


@pytest.mark.parametrize(
    ("paid_by", "refunds", "named", "back"),
    [
        (PAID, 0, NOTHING, (0, 0, 0)),
        # A third: each part is rounded down, and the card has the rest.
        (PAID, 3_333, NOTHING, (666, 666, 2_001)),
        (PAID, 6_666, NOTHING, (1_333, 1_333, 4_000)),
        (PAID, 9_999, NOTHING, (1_999, 2_000, 6_000)),
        (PAID, 10_000, NOTHING, (2_000, 2_000, 6_000)),
        (PAID, 1, NOTHING, (0, 0, 1)),
        # Wholly by points, by credit, by both.
        (Parts(5_000), 1_667, NOTHING, (1_667, 0, 0)),
        (Parts(credit=5_000), 1_667, NOTHING, (0, 1_667, 0)),
        (Parts(1, 1), 1, NOTHING, (0, 1, 0)),
        # Named in whole, and in part: what is not named is in proportion.
        (PAID, 2_500, Parts(1_000, 500, 1_000), (1_000, 500, 1_000)),
        (PAID, 3_000, Parts(2_000), (2_000, 200, 800)),
        (PAID, 2_000, Parts(other=1_000), (200, 200, 1_600)),
        # An earlier refund in proportion, then one that names what is left of the points.
        (PAID, 5_000 + 1_000, Parts(1_000), (2_000, 1_000, 3_000)),
        # More than is left of a means goes back by the others: other means first, then credit, then points.
        (PAID, 3_000, Parts(3_000), (2_000, 0, 1_000)),
        (PAID, 3_000, Parts(credit=3_000), (0, 2_000, 1_000)),
        (PAID, 7_000, Parts(other=7_000), (0, 1_000, 6_000)),
        (PAID, 9_000, Parts(other=9_000), (1_000, 2_000, 6_000)),
        (Parts(other=5_000), 2_000, Parts(credit=2_000), (0, 0, 2_000)),
        # New store credit takes the place of money that other means had paid, and of nothing else.
        (PAID, 2_000, Parts(new_credit=2_000), (0, 0, 0, 2_000)),
        (PAID, 6_000, Parts(new_credit=1_000), (1_000, 1_000, 3_000, 1_000)),
        (PAID, 8_000, Parts(new_credit=8_000), (0, 2_000, 0, 6_000)),
        (Parts(5_000), 2_000, Parts(new_credit=2_000), (2_000, 0, 0)),
        # More refunds than the order cost.
        (PAID, 12_000, NOTHING, (2_000, 2_000, 6_000)),
        (PAID, 30_000, Parts(20_000, 0, 5_000), (2_000, 2_000, 6_000)),
        # An order of nothing.
        (NOTHING, 0, NOTHING, (0, 0, 0)),
        (NOTHING, 500, Parts(500), (0, 0, 0)),
    ],
)
def test_refunds_go_back_where_they_say_and_else_in_proportion(
    paid_by: Parts, refunds: int, named: Parts, back: tuple[int, ...]
) -> None:
    assert returned(paid_by, refunds, named) == Parts(*back)


amounts = st.integers(0, 10_000) | st.integers(0, 12)
paid_by_parts = st.builds(Parts, amounts, amounts, amounts, st.just(0))


@st.composite
def refunds(draw: st.DrawFn) -> Refund:
    """A refund that names none, some or all of where it goes."""
    to = draw(st.none() | st.builds(Parts, amounts, amounts, amounts, amounts))
    rest = draw(amounts)
    means = ReturnedMeans(**to._asdict()) if to else None
    return Refund(id=f"r-{draw(st.integers(0, 10**9))}", amount=sum(to or ()) + rest, to=means)


def facts_after(told: Facts, *changes: Change) -> Facts:
    facts: Facts | None = None
    for change in changes:
        facts = rules.learn(facts, told, change)
    assert facts
    return facts


@given(paid_by_parts, st.lists(refunds(), max_size=6, unique_by=lambda each: each.id), st.randoms())
def test_parts_sum_to_the_refunds_and_never_exceed_the_whole_in_any_order(
    paid_by: Parts, made: list[Refund], random: object
) -> None:
    told = Facts(NOON, "USD", sum(paid_by), payments=paid_by)
    changes = [Change(), *(Change(refund=each) for each in made)]
    before = Parts()
    for end in range(1, len(changes) + 1):
        facts = facts_after(told, *changes[:end])
        back = facts.refunded_to
        assert back
        assert sum(back) == facts.refunded == min(told.total, sum(each.amount for each in made[: end - 1]))
        assert 0 <= before.points <= back.points <= paid_by.points
        assert 0 <= before.credit <= back.credit <= paid_by.credit
        assert 0 <= before.money <= back.money <= paid_by.other
        assert 0 <= before.new_credit <= back.new_credit <= back.money
        before = back
    shuffled = [*changes, *changes[::2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert facts_after(told, *shuffled) == facts_after(told, *changes)


@given(paid_by_parts, amounts)
def test_without_names_each_means_has_its_proportion_to_the_unit(paid_by: Parts, amount: int) -> None:
    whole = sum(paid_by)
    back = returned(paid_by, amount, NOTHING)
    amount = min(amount, whole)
    for part, of in zip(back, paid_by, strict=True):
        exact = amount * of / whole if whole else 0
        assert abs(part - exact) < 2
    assert back.points <= (amount * paid_by.points / whole if whole else 0)


def test_all_events_of_an_order_may_tell_its_payments_or_only_one() -> None:
    told = Facts(NOON, "USD", 10_000)
    tells = replace(told, payments=PAID)
    other = replace(told, total=9_000, payments=Parts(0, 0, 9_000))
    events = [(told, Change()), (tells, Change(paid_at=NOON)), (told, Change(refund=Refund(id="r-1", amount=5_000)))]
    for turns in itertools.permutations(events):
        facts: Facts | None = None
        for each, change in turns:
            facts = rules.learn(facts, each, change)
        assert facts
        assert (facts.payments, facts.refunded_to, facts.spent) == (PAID, Parts(1_000, 1_000, 3_000), 3_000)
        assert rules.learn(facts, other, Change()) == facts


@pytest.mark.parametrize("payments", [None, Parts(500, 0, 6_500)])
def test_the_payments_are_of_the_snapshot_that_the_total_is_of(payments: Parts | None) -> None:
    told = Facts(NOON, "USD", 10_000, payments=PAID)
    after = replace(told, total=7_000, payments=payments)
    edit = Change(edited_at=NOON + timedelta(hours=1))
    events = [(told, Change()), (after, edit), (told, Change(paid_at=NOON))]
    ends = []
    for turns in itertools.permutations(events):
        facts: Facts | None = None
        for each, change in turns:
            facts = rules.learn(facts, each, change)
        ends.append(facts)
    assert ends[0]
    assert (ends[0].total, ends[0].payments) == (7_000, payments)
    assert all(end == ends[0] for end in ends)


def test_what_points_and_credit_paid_is_not_spent() -> None:
    told = Facts(NOON, "USD", 10_000, payments=PAID)
    assert facts_after(told, Change(paid_at=NOON)).spent == 6_000
    wholly = replace(told, payments=Parts(10_000))
    half = facts_after(wholly, Change(paid_at=NOON), Change(refund=Refund(id="r-1", amount=5_000)))
    assert (half.spent, half.status, half.refunded) == (0, OrderStatus.PARTLY_REFUNDED, 5_000)
    whole = rules.learn(half, wholly, Change(refund=Refund(id="r-2", amount=5_000)))
    assert (whole.status, whole.refunded_to) == (OrderStatus.REFUNDED, Parts(10_000))


def test_without_payments_a_refund_names_nothing() -> None:
    refund = Change(refund=Refund(id="r-1", amount=500, to=ReturnedMeans(points=500)))
    facts = facts_after(Facts(NOON, "USD", 1_000), Change(paid_at=NOON), refund)
    assert (facts.refunded, facts.refunded_to, facts.spent) == (500, None, 500)


def test_payments_told_in_two_ways_contradict_each_other() -> None:
    told = Facts(NOON, "USD", 10_000, payments=PAID)
    other = replace(told, payments=Parts(1_000, 3_000, 6_000))
    assert rules.differ(told, other)
    assert not rules.differ_in_money(told, other)
    assert not rules.differ(told, replace(told, payments=None))
    assert not rules.differ(replace(told, payments=None), told)


@pytest.mark.parametrize(
    ("payments", "kept"),
    [
        ({}, (0, 0, 1_000)),
        ({"points": 300}, (300, 0, 700)),
        ({"points": 300, "credit": 200, "other": 500}, (300, 200, 500)),
        ({"points": 300, "credit": 200, "other": 1}, (300, 200, 500)),
        ({"credit": 1_000}, (0, 1_000, 0)),
        (None, None),
    ],
)
def test_what_no_part_names_was_paid_by_other_means(
    payments: dict[str, int] | None, kept: tuple[int, int, int] | None
) -> None:
    assert payments_of(order(payments=payments)) == (Parts(*kept) if kept else None)


@pytest.mark.parametrize("payments", [{"points": 1_001}, {"points": 500, "credit": 501}, {"other": 1_001}])
def test_parts_that_exceed_the_order_are_left_out_and_noted(payments: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="The parts exceed the total"):
        order(payments=payments)
    event = paid(order()).model_dump(mode="json")
    event["order"]["payments"] = payments
    mended = type(paid(order())).model_validate(event)
    assert mended.order.payments is None
    assert [(note.field, note.mend) for note in mended.notes] == [("order.payments", "left out")]


@pytest.mark.parametrize(
    ("to", "left", "fields"),
    [
        ({"points": 301}, None, ["refund.to"]),
        ({"points": 100, "credit": 100, "other": 100, "new_credit": 1}, None, ["refund.to"]),
        ({"points": -1, "credit": 100}, ReturnedMeans(credit=100), ["refund.to.points"]),
        ({"points": 1.5, "other": "100"}, ReturnedMeans(), ["refund.to.other", "refund.to.points"]),
        ("points", None, ["refund.to"]),
    ],
)
def test_a_wrong_part_of_a_refund_is_left_out_and_noted(
    to: object, left: ReturnedMeans | None, fields: list[str]
) -> None:
    event = refunded(order(), 300).model_dump(mode="json")
    event["refund"]["to"] = to
    mended = OrderRefunded.model_validate(event)
    assert (mended.refund.amount, mended.refund.to) == (300, left)
    assert sorted(note.field for note in mended.notes) == fields
