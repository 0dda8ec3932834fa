"""What a refund leaves of what an order earned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.orders.order_entries import Kept, kept_of
from loyalty.orders.refunds import taken_back_target
from tests.harness.orders import NOON, recorded

BUYER = "cus_01HZX3Q7V8M4N5P6R7S8T9W0AD"


@pytest.mark.parametrize(
    ("earned", "total", "refunded", "target"),
    [
        (293, 2933, 0, 0),
        (293, 2933, 2933, 293),
        (293, 2933, 1, 1),
        (100, 300, 100, 34),
        (0, 5, 5, 0),
        (7, 100, 500, 7),
        (7, 0, 0, 7),
    ],
)
def test_a_refund_takes_back_in_proportion_and_what_stays_is_rounded_down(
    earned: int, total: int, refunded: int, target: int
) -> None:
    assert taken_back_target(earned, total, refunded) == target


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.lists(st.integers(0, 10**7), min_size=2, max_size=2))
def test_more_refunded_never_takes_back_less_nor_more_than_was_earned(
    earned: int, total: int, refunds: list[int]
) -> None:
    less, more = sorted(refunds)
    assert 0 <= taken_back_target(earned, total, less) <= taken_back_target(earned, total, more) <= earned
    assert taken_back_target(earned, total, total) == earned


@pytest.mark.parametrize(
    ("order", "counted", "kept"),
    [
        ({"refunded": 0}, (), (7_000, 7_000)),
        ({"refunded": 2_000}, (), (5_000, 7_000)),
        ({"refunded": 7_000}, (), (0, 7_000)),
        ({"refunded": 2_000, "refunded_shipping": 2_000}, (), (7_000, 7_000)),
        ({"refunded": 2_000, "refunded_tax": 500, "refunded_shipping": 1_000}, (), (6_500, 7_000)),
        # The goods are all back before any tax or shipping that was not named.
        ({"refunded": 8_000}, ("shipping",), (1_000, 9_000)),
        ({"refunded": 9_500}, ("shipping", "tax"), (500, 10_000)),
        ({"refunded": 9_500, "refunded_tax": 1_000}, ("tax",), (0, 8_000)),
        ({"refunded": 100, "cancelled_at": NOON}, ("tax",), (0, 8_000)),
        # Nothing that was paid earned: a discount may have, so all is kept until nothing is paid any more.
        ({"refunded": 9_999, "shipping": 9_000}, (), (1, 1)),
        ({"refunded": 10_000, "shipping": 9_000}, (), (0, 1)),
    ],
)
def test_refunds_take_the_parts_that_they_name_and_then_goods_first(
    order: dict[str, object], counted: tuple[str, ...], kept: tuple[int, int]
) -> None:
    values = {"total": 10_000, "tax": 1_000, "shipping": 2_000, **order}
    assert kept_of(recorded("A1", BUYER, **values), counted) == Kept(*kept)


@pytest.mark.parametrize(
    ("order", "left_out", "kept"),
    [
        ({"refunded": 0}, 4_000, (3_000, 3_000)),
        ({"refunded": 2_000}, 4_000, (1_000, 3_000)),
        ({"refunded": 3_000}, 4_000, (0, 3_000)),
        ({"refunded": 2_000, "refunded_shipping": 2_000}, 4_000, (3_000, 3_000)),
        # An edit may leave fewer goods than there were of those that earned nothing.
        ({"total": 5_000}, 4_000, (1, 1)),
        ({"refunded": 9_999}, 7_000, (1, 1)),
        ({"refunded": 10_000}, 7_000, (0, 1)),
    ],
)
def test_refunds_take_goods_that_earned_before_those_that_did_not(
    order: dict[str, object], left_out: int, kept: tuple[int, int]
) -> None:
    values = {"total": 10_000, "tax": 1_000, "shipping": 2_000, **order}
    assert kept_of(recorded("A1", BUYER, **values), (), left_out) == Kept(*kept)


@given(st.integers(0, 500), st.integers(0, 500), st.lists(st.tuples(*[st.integers(0, 400)] * 3), max_size=5))
def test_more_refunds_never_leave_more_whatever_they_name(
    tax: int, shipping: int, refunds: list[tuple[int, int, int]]
) -> None:
    total, sums, before = 1_000, (0, 0, 0), 1.0
    for goods, of_tax, of_shipping in refunds:
        sums = (sums[0] + goods + of_tax + of_shipping, sums[1] + of_tax, sums[2] + of_shipping)
        order = recorded(
            "A1",
            BUYER,
            total=total,
            tax=tax,
            shipping=shipping,
            refunded=min(sums[0], total),
            refunded_tax=min(sums[1], tax),
            refunded_shipping=min(sums[2], shipping),
        )
        kept = kept_of(order, ())
        assert 0 <= kept.money / kept.of <= before
        before = kept.money / kept.of
