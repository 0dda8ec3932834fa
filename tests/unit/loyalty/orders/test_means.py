"""What an order's payments mean to the ledgers: a case a line."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.orders.order_entries import kept_of
from loyalty.orders.payment.means import Returned, in_money
from shared.events.customers import OrderRecorded
from shared.events.foreign import Means, ReturnedMeans
from tests.harness.orders import NOON, recorded

ADA: Final = "cus_01HZX3Q7V8M4N5P6R7S8T9W0AD"


def means(points: int = 0, credit: int = 0, other: int = 0) -> Means:
    return Means(points=points, credit=credit, other=other)


def back_to(points: int = 0, credit: int = 0, other: int = 0, new_credit: int = 0) -> ReturnedMeans:
    return ReturnedMeans(points=points, credit=credit, other=other, new_credit=new_credit)


def paid_by(points: int, credit: int, other: int, **facts: Any) -> OrderRecorded:
    values = {"total": points + credit + other, "payments": means(points, credit, other), **facts}
    values["refunded"] = back.whole if (back := values.get("refunded_to")) else 0
    return recorded("A1", ADA, **values)


@pytest.mark.parametrize(
    ("order", "money"),
    [
        # Points and credit pay for goods first, then shipping, then tax.
        (paid_by(1_000, 500, 1_500, tax=300, shipping=200), (1_500, 300, 200, 0, 0, 0)),
        (paid_by(2_000, 600, 400, tax=300, shipping=200), (400, 300, 100, 0, 0, 0)),
        (paid_by(2_000, 800, 200, tax=300, shipping=200), (200, 200, 0, 0, 0, 0)),
        (paid_by(3_000, 0, 0, tax=300, shipping=200), (0, 0, 0, 0, 0, 0)),
        # Of a refund only its money counts, and of its tax and shipping no more than that.
        (
            paid_by(1_000, 0, 2_000, tax=300, refunded_to=back_to(500, 0, 100), refunded_tax=300),
            (2_000, 300, 0, 100, 100, 0),
        ),
        (
            paid_by(1_000, 0, 2_000, tax=30, shipping=200, refunded_to=back_to(0, 0, 100), refunded_shipping=200),
            (2_000, 30, 200, 100, 0, 100),
        ),
        (paid_by(1_000, 0, 2_000, refunded_to=back_to(500, 0, 0)), (2_000, 0, 0, 0, 0, 0)),
        # New store credit is given for money.
        (paid_by(1_000, 0, 2_000, refunded_to=back_to(500, 0, 10, 90)), (2_000, 0, 0, 100, 0, 0)),
    ],
)
def test_the_money_of_an_order_is_without_what_points_and_credit_paid(
    order: OrderRecorded, money: tuple[int, ...]
) -> None:
    found = in_money(order)
    parts = (found.total, found.tax, found.shipping, found.refunded, found.refunded_tax, found.refunded_shipping)
    assert parts == money
    assert in_money(found) == found


def test_an_order_that_does_not_say_how_it_was_paid_is_all_money() -> None:
    order = recorded("A1", ADA, total=3_000, tax=300, refunded=100)
    assert in_money(order) is order
    assert Returned.of(order) is None


@st.composite
def amounts(draw: st.DrawFn) -> tuple[Means, ReturnedMeans, dict[str, int]]:
    """How an order was paid, what of it came back, and its tax and shipping."""
    paid = draw(st.builds(means, *[st.integers(0, 3_000)] * 3))
    back = draw(st.builds(back_to, *(st.integers(0, part) for part in (paid.points, paid.credit, paid.other))))
    tax = draw(st.integers(0, paid.other))
    return paid, back, {"tax": tax, "shipping": draw(st.integers(0, paid.other - tax))}


@given(amounts())
def test_the_money_is_as_if_points_and_credit_had_been_taken_off_the_total(
    drawn: tuple[Means, ReturnedMeans, dict[str, int]],
) -> None:
    paid, back, parts = drawn
    told = in_money(paid_by(paid.points, paid.credit, paid.other, refunded_to=back, **parts))
    as_before = recorded("A1", ADA, total=paid.other, refunded=back.other, **parts)
    assert kept_of(told, ["tax", "shipping"]) == kept_of(as_before, ["tax", "shipping"])
    assert kept_of(told, []) == kept_of(as_before, [])


@pytest.mark.parametrize(
    ("order", "of_points", "of_credit"),
    [
        (paid_by(1_000, 500, 1_500, refunded_to=back_to(250, 500, 10)), "1/4", "1"),
        # Only by what the refund names.
        (paid_by(1_000, 500, 1_500, refunded_to=back_to(0, 0, 10)), "0", "0"),
        # What paid without the order's saying so comes back with the whole.
        (paid_by(0, 0, 2_000, refunded_to=back_to(0, 0, 500)), "1/4", "1/4"),
        (paid_by(0, 500, 1_500, refunded_to=back_to(0, 100, 400)), "1/4", "1/5"),
        (paid_by(1_000, 500, 0, cancelled_at=NOON, refunded_to=back_to(10, 0, 0)), "1", "1"),
        (paid_by(0, 0, 0, cancelled_at=NOON), "1", "1"),
    ],
)
def test_points_and_credit_have_shares_of_their_own(order: OrderRecorded, of_points: str, of_credit: str) -> None:
    found = Returned.of(order)
    assert found
    assert (found.share("cus_A", 0), found.share("cus_A#USD", 0)) == (Fraction(of_points), Fraction(of_credit))


@pytest.mark.parametrize(
    ("order", "of_points", "of_credit"),
    [
        # An edit, or a mistake, names less than was spent: what the refund says comes back, and no more.
        (paid_by(400, 100, 0, refunded_to=back_to(100, 100)), "1/10", "1/5"),
        (paid_by(1_000, 500, 0, refunded_to=back_to(100, 100)), "1/10", "1/5"),
        (paid_by(2_000, 1_000, 0, refunded_to=back_to(100, 100)), "1/20", "1/10"),
        # Of a means that the order does not name, a share alone is known.
        (paid_by(0, 0, 100, refunded_to=back_to(0, 0, 50)), "1/2", "1/2"),
        (paid_by(400, 100, 0, cancelled_at=NOON), "1", "1"),
    ],
)
def test_no_more_comes_back_than_a_refund_says_of_what_was_spent(
    order: OrderRecorded, of_points: str, of_credit: str
) -> None:
    found = Returned.of(order)
    assert found
    assert found.share("cus_A", 1_000) == Fraction(of_points)
    assert found.share("cus_A#USD", 500) == Fraction(of_credit)


@pytest.mark.parametrize("order", [paid_by(1_000, 0, 0), paid_by(0, 0, 0, refunded_to=back_to())])
def test_nothing_is_returned_of_an_order_without_refunds(order: OrderRecorded) -> None:
    assert Returned.of(order) is None
