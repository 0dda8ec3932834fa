"""What is known of an order does not depend on the order in which it came to be known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.orders import rules
from customers.orders.rules import Change, Facts, Totals
from shared.events.customers import OrderStatus
from shared.events.foreign import Buyer, OrderLine, Refund
from tests.harness.orders import EMAIL, NOON, order

TOLD = Facts(placed_at=NOON, currency="USD", total=1000)
PAID = Change(paid_at=NOON + timedelta(minutes=5))


def cancelled(hours: int) -> Change:
    return Change(cancelled_at=NOON + timedelta(hours=hours))


def reinstated(hours: int) -> Change:
    return Change(reinstated_at=NOON + timedelta(hours=hours))


def delivered(hours: int) -> Change:
    return Change(delivered_at=NOON + timedelta(hours=hours))


def edit(hours: int) -> Change:
    return Change(edited_at=NOON + timedelta(hours=hours))


def refund(amount: int, refund_id: str = "r-1") -> Change:
    return Change(refund=Refund(id=refund_id, amount=amount, refunded_at=NOON))


def known_after(*changes: Change) -> Facts:
    facts: Facts | None = None
    for change in changes:
        facts = rules.learn(facts, TOLD, change)
    assert facts
    return facts


@pytest.mark.parametrize(
    ("changes", "status", "spent"),
    [
        ([Change()], OrderStatus.PLACED, 0),
        ([PAID], OrderStatus.PAID, 1000),
        ([PAID, refund(400)], OrderStatus.PARTLY_REFUNDED, 600),
        ([PAID, refund(400), refund(600, "r-2")], OrderStatus.REFUNDED, 0),
        ([refund(400)], OrderStatus.PLACED, 0),
        ([refund(400), PAID], OrderStatus.PARTLY_REFUNDED, 600),
        ([PAID, delivered(3)], OrderStatus.PAID, 1000),
        ([PAID, cancelled(2)], OrderStatus.CANCELLED, 0),
        ([cancelled(2), PAID, refund(400)], OrderStatus.CANCELLED, 0),
        ([PAID, cancelled(2), reinstated(3)], OrderStatus.PAID, 1000),
        ([PAID, cancelled(2), reinstated(2)], OrderStatus.CANCELLED, 0),
        ([PAID, reinstated(3)], OrderStatus.PAID, 1000),
        ([reinstated(3), refund(400), cancelled(2), PAID], OrderStatus.PARTLY_REFUNDED, 600),
        ([PAID, cancelled(2), reinstated(3), cancelled(4)], OrderStatus.CANCELLED, 0),
        ([cancelled(2), reinstated(3)], OrderStatus.PLACED, 0),
    ],
)
def test_status_and_money_follow_from_the_facts(changes: list[Change], status: OrderStatus, spent: int) -> None:
    facts = known_after(*changes)
    assert (facts.status, facts.spent) == (status, spent)


def test_refunds_never_come_to_more_than_the_total() -> None:
    facts = known_after(PAID, refund(900), refund(900, "r-2"))
    assert (facts.refunded, facts.spent, facts.status) == (1000, 0, OrderStatus.REFUNDED)


def test_an_order_of_nothing_is_paid_and_never_refunded() -> None:
    facts = rules.learn(None, Facts(NOON, "USD", 0), PAID)
    assert rules.learn(facts, facts, refund(5)).status is OrderStatus.PAID


def test_the_first_account_of_order_payment_and_refund_stands() -> None:
    facts = known_after(PAID, refund(400))
    later = Facts(NOON, "USD", 2000)
    again = rules.learn(facts, later, Change(paid_at=NOON + timedelta(days=1)))
    assert again == facts == rules.learn(facts, later, refund(700))
    assert rules.differ(facts, later)
    assert rules.differ_in_money(facts, later)


@pytest.mark.parametrize(
    ("change", "contradicts"),
    [(PAID, False), (refund(400), False), (refund(700), True), (refund(1), True), (refund(0), False)],
)
def test_a_refund_contradicts_what_is_known_of_it_by_another_amount(change: Change, contradicts: bool) -> None:
    assert rules.contradicts(known_after(PAID, refund(400)), change) is contradicts
    assert not rules.contradicts(TOLD, change)


def test_the_facts_of_an_order_are_those_of_its_snapshot() -> None:
    line = OrderLine(product_id="p-1", quantity=1, amount=700)
    told = order(tax=80, shipping=120, discount=50, lines=[line], checkout_id="cart-1")
    assert rules.facts_of(told) == Facts(
        NOON, "USD", 1000, (line,), tax=80, shipping=120, discount=50, checkout_id="cart-1"
    )


@pytest.mark.parametrize(
    ("known", "told", "after", "contradicts"),
    [
        (None, None, None, False),
        ("cart-1", None, "cart-1", False),
        (None, "cart-1", "cart-1", False),
        ("cart-1", "cart-1", "cart-1", False),
        ("cart-1", "cart-2", "cart-1", True),
    ],
)
def test_the_first_checkout_that_an_order_names_is_its_own(
    known: str | None, told: str | None, after: str | None, contradicts: bool
) -> None:
    before, then = replace(TOLD, checkout_id=known), replace(TOLD, checkout_id=told)
    assert rules.learn(before, then, PAID).checkout_id == after
    assert rules.differ(before, then) is contradicts


def test_an_order_is_paid_when_it_was_placed_at_the_earliest() -> None:
    assert known_after(PAID).paid_at == PAID.paid_at
    assert known_after(Change(paid_at=NOON - timedelta(seconds=1))).paid_at == NOON


def test_a_refund_gives_back_tax_and_shipping_where_it_names_them() -> None:
    facts = rules.learn(None, replace(TOLD, tax=80, shipping=120), refund(400))
    assert (facts.refunded_tax, facts.refunded_shipping) == (0, 0)
    named = Refund(id="r-2", amount=500, tax=30, shipping=200)
    facts = rules.learn(facts, TOLD, Change(refund=named))
    assert (facts.refunded_tax, facts.refunded_shipping) == (30, 120)


@pytest.mark.parametrize(
    ("changes", "is_kept"),
    [
        ([PAID], True),
        ([PAID, refund(400)], True),
        ([PAID, refund(1000)], False),
        ([PAID, cancelled(1)], False),
        ([Change()], False),
    ],
)
def test_a_product_is_kept_of_an_order_that_is_paid_and_not_all_given_back(
    changes: list[Change], is_kept: bool
) -> None:
    lines = tuple(OrderLine(product_id=product_id, quantity=1, amount=500) for product_id in ("p-1", "p-2"))
    facts = replace(known_after(*changes), lines=lines)
    assert [facts.keeps(product_id) for product_id in ("p-1", "p-2", "p-3")] == [is_kept, is_kept, False]


ADA = "cus_01HZX3Q7V8M4N5P6R7S8T9W0AD"


# Marks are stored: they must stay as they are.
@pytest.mark.parametrize(
    ("order_id", "buyer", "mark"),
    [
        ("o-1", Buyer(), None),
        ("o-1", Buyer(email=" "), None),
        ("o-1", Buyer(first_name="Ada"), None),
        ("o-1", Buyer(email=EMAIL), "29d13313be2cc2a9"),
        ("o-1", Buyer(email=" Ada@Example.com"), "29d13313be2cc2a9"),
        ("o-1", Buyer(id=ADA), "c57446d7a44608cf"),
        ("o-1", Buyer(id=ADA, email=EMAIL), "7751802fde88d1b5"),
        ("o-2", Buyer(id=ADA), "10fa86eb956d69b2"),
    ],
)
def test_a_buyer_has_a_mark_of_its_own_in_each_order(order_id: str, buyer: Buyer, mark: str | None) -> None:
    assert rules.mark_of(order_id, buyer) == mark


@pytest.mark.parametrize("part", ["tax", "shipping", "discount"])
def test_accounts_that_differ_in_a_part_of_the_total_differ(part: str) -> None:
    assert rules.differ(TOLD, replace(TOLD, **{part: 1}))  # type: ignore[arg-type]
    assert not rules.differ(TOLD, rules.learn(TOLD, TOLD, delivered(3)))


def test_an_edit_changes_total_and_lines_and_the_latest_counts() -> None:
    facts = rules.learn(None, TOLD, PAID)
    for total, hours in ((700, 2), (1500, 1), (1200, 3)):
        facts = rules.learn(facts, replace(TOLD, total=total, tax=total // 10), edit(hours))
    assert (facts.total, facts.tax, facts.spent, facts.status) == (1200, 120, 1200, OrderStatus.PAID)
    assert facts.edited_at == NOON + timedelta(hours=3)


def test_of_two_edits_at_one_moment_the_one_of_less_money_counts() -> None:
    less, more = replace(TOLD, total=700), replace(TOLD, total=900)
    both = [[less, more], [more, less]]
    for first, second in both:
        assert rules.learn(rules.learn(TOLD, first, edit(1)), second, edit(1)).total == 700


def test_of_two_edits_at_one_moment_for_the_same_money_the_first_stands() -> None:
    first, second = (replace(TOLD, total=700, tax=tax) for tax in (5, 6))
    assert rules.learn(rules.learn(TOLD, first, edit(1)), second, edit(1)).tax == 5


def test_an_edit_changes_every_part_of_the_total_and_the_lines() -> None:
    lines = (OrderLine(product_id="p-1", quantity=1, amount=700),)
    other = replace(TOLD, total=900, tax=80, shipping=120, discount=50, lines=lines)
    assert rules.learn(TOLD, other, edit(1)) == replace(other, edited_at=NOON + timedelta(hours=1))


def test_an_edit_in_another_currency_is_no_edit_but_a_contradiction() -> None:
    other = replace(TOLD, currency="EUR", total=5)
    assert rules.learn(TOLD, other, edit(1)) == TOLD
    assert rules.differ(TOLD, other, edit(1))
    assert rules.differ_in_money(TOLD, other, edit(1))


def test_an_edit_explains_another_total_and_other_lines_for_good() -> None:
    other = replace(TOLD, total=700, tax=5)
    edited = rules.learn(TOLD, other, edit(1))
    assert not rules.differ(TOLD, other, edit(1))
    assert not rules.differ(edited, TOLD)
    assert not rules.differ_in_money(edited, TOLD)
    assert rules.differ(edited, replace(TOLD, placed_at=NOON + timedelta(days=1)))


def test_refunds_of_an_edited_order_come_to_its_new_total_at_most() -> None:
    facts = rules.learn(known_after(PAID, refund(900)), replace(TOLD, total=700), edit(1))
    assert (facts.refunded, facts.spent, facts.status) == (700, 0, OrderStatus.REFUNDED)


hours = st.integers(0, 4)
events = st.one_of(
    st.just(Change()),
    st.just(PAID),
    st.integers(1, 9).map(lambda n: refund(n * 100, f"r-{n}")),
    hours.map(delivered),
    hours.map(cancelled),
    hours.map(reinstated),
)


@given(st.lists(events, min_size=1, max_size=8), st.randoms())
def test_any_order_and_any_copies_of_events_end_the_same(changes: list[Change], random: object) -> None:
    shuffled = [*changes, *changes[::2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert known_after(*shuffled) == known_after(*changes)


@given(st.lists(st.tuples(st.integers(0, 3), events), min_size=1, max_size=20))
def test_stats_moved_by_difference_are_the_sum_of_the_orders(history: list[tuple[int, Change]]) -> None:
    totals, orders, counted = Totals(), {}, {}
    for number, change in history:
        told = Facts(NOON + timedelta(days=number), "USD", 1000 + number)
        orders[number] = rules.learn(orders.get(number), told, change)
        totals = rules.count(totals, orders[number], counted.get(number))
        counted[number] = orders[number].spent
    assert totals == Totals(
        orders=len(orders),
        spent=sum(order.spent for order in orders.values()),
        first_order_at=min(order.placed_at for order in orders.values()),
        last_order_at=max(order.placed_at for order in orders.values()),
    )
    assert 0 <= totals.average <= 1003


def test_of_deliveries_the_first_counts_and_of_changes_of_mind_the_last() -> None:
    facts = known_after(*(each(hours) for each in (delivered, cancelled, reinstated) for hours in (2, 1, 3)))
    assert facts.delivered_at == NOON + timedelta(hours=1)
    assert facts.cancelled_at == facts.reinstated_at == NOON + timedelta(hours=3)


def test_the_first_and_the_last_order_are_so_by_when_they_were_placed() -> None:
    totals = Totals()
    for days in (1, 0, 2):
        totals = rules.count(totals, replace(TOLD, placed_at=NOON + timedelta(days=days)), None)
    assert (totals.first_order_at, totals.last_order_at) == (NOON, NOON + timedelta(days=2))


def test_the_average_of_no_orders_is_nothing() -> None:
    assert (Totals().orders, Totals().spent, Totals().average) == (0, 0, 0)
    assert Totals(orders=3, spent=1000).average == 333


def test_an_order_lists_fifty_refunds_and_is_then_full() -> None:
    refunds = [refund(1, f"r-{number}") for number in range(50)]
    assert not rules.is_full(known_after(*refunds[:49]))
    assert rules.is_full(known_after(*refunds))
    assert rules.MOST_REFUNDS == 50
