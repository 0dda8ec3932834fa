"""What points and credit pay of an order together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.checkout.rules import Funds, Option, Quote, Wish, quote, value_of
from loyalty.programme.sections import Flat, Redeeming, Step
from shared.errors import InvalidError

CLASSIC = Redeeming()
LADDER = Redeeming.by_ladder((100, 10_00), (500, 50_00), (1_000, 120_00))
HALF = Redeeming(largest_share=50)

AMOUNTS = st.integers(0, 100_000)
SHARES = st.integers(1, 100)
SMALLEST = st.integers(0, 2_000)


@st.composite
def flats(draw: st.DrawFn) -> Redeeming:
    flat = Flat(points=draw(st.integers(1, 1_000)), value=draw(st.integers(1, 1_000)))
    return Redeeming(flat=flat, largest_share=draw(SHARES), smallest=draw(SMALLEST))


@st.composite
def ladders(draw: st.DrawFn) -> Redeeming:
    """A point is worth no less on a dearer step."""
    points = sorted(draw(st.sets(st.integers(1, 2_000), min_size=1, max_size=4)))
    worth = sorted(draw(st.integers(1, 50)) for _ in points)
    steps = tuple(Step(points=each, value=each * rate) for each, rate in zip(points, worth, strict=True))
    return Redeeming(ladder=steps, largest_share=draw(SHARES), smallest=draw(SMALLEST))


REDEEMING = st.one_of(flats(), ladders(), st.none())
FUNDS = st.builds(Funds, points=AMOUNTS, credit=AMOUNTS)


def test_by_default_points_pay_first_and_credit_the_rest() -> None:
    found = quote(89_95, Funds(793, 25_00), Wish(), CLASSIC)
    assert found == Quote((Option(793, 7_93),), Option(793, 7_93), 25_00, 57_02)


def test_credit_pays_no_more_than_what_points_leave() -> None:
    assert quote(10_00, Funds(400, 50_00), Wish(), CLASSIC) == Quote((Option(400, 4_00),), Option(400, 4_00), 6_00, 0)


def test_points_pay_no_more_than_their_share() -> None:
    assert quote(10_01, Funds(9_999, 0), Wish(), HALF).points == Option(500, 5_00)


def test_each_step_of_a_ladder_that_is_affordable_and_fits_is_an_option() -> None:
    found = quote(60_00, Funds(1_200, 0), Wish(), LADDER)
    assert found.options == (Option(100, 10_00), Option(500, 50_00))
    assert (found.points, found.remaining) == (Option(500, 50_00), 10_00)
    assert quote(60_00, Funds(99, 0), Wish(), LADDER).options == ()


@pytest.mark.parametrize(
    ("total", "points", "redeeming", "options"),
    [
        # All that there is, and all of the order.
        (10_00, 1_000, CLASSIC, (Option(1_000, 10_00),)),
        (10_00, 2_000, CLASSIC, (Option(1_000, 10_00),)),
        (5, 9, Redeeming(flat=Flat(points=1, value=1)), (Option(5, 5),)),
        (5, 9, Redeeming(flat=Flat(points=1, value=3)), (Option(1, 3),)),
        (10_00, 500, Redeeming(smallest=500), (Option(500, 5_00),)),
        (10_00, 499, Redeeming(smallest=500), ()),
        (50_00, 500, LADDER, (Option(100, 10_00), Option(500, 50_00))),
        (49_99, 500, LADDER, (Option(100, 10_00),)),
        (50_00, 499, LADDER, (Option(100, 10_00),)),
        (10_00, 100, None, ()),
    ],
)
def test_points_pay_up_to_all_of_an_order_and_up_to_all_there_are(
    total: int, points: int, redeeming: Redeeming | None, options: tuple[Option, ...]
) -> None:
    for wish in (Wish(), Wish(credit=0)):
        found = quote(total, Funds(points, 0), wish, redeeming)
        assert (found.options, found.points) == (options, options[-1] if options else Option(0, 0))


def test_a_wish_may_take_all_the_room_there_is() -> None:
    assert quote(10_00, Funds(9_999, 0), Wish(points=500), HALF).points == Option(500, 5_00)
    assert quote(10_00, Funds(0, 9_999), Wish(credit=10_00), HALF).remaining == 0


def test_what_is_wished_is_used_and_no_more() -> None:
    found = quote(100_00, Funds(1_000, 50_00), Wish(points=250, credit=30_00), CLASSIC)
    assert (found.points, found.credit, found.remaining) == (Option(250, 2_50), 30_00, 67_50)
    found = quote(100_00, Funds(1_000, 50_00), Wish(points=0, credit=0), CLASSIC)
    assert (found.points, found.credit, found.remaining) == (Option(0, 0), 0, 100_00)


def test_credit_that_is_wished_leaves_points_less_room() -> None:
    found = quote(10_00, Funds(1_000, 8_00), Wish(credit=8_00), CLASSIC)
    assert (found.points, found.credit, found.remaining) == (Option(200, 2_00), 8_00, 0)


@pytest.mark.parametrize(
    ("wish", "redeeming", "field"),
    [
        (Wish(points=501), HALF, "points"),
        (Wish(points=300, credit=8_00), CLASSIC, "points"),
        (Wish(credit=10_01), CLASSIC, "credit"),
        (Wish(points=150), LADDER, "points"),
        (Wish(points=10), Redeeming(smallest=50), "points"),
        (Wish(points=100), None, "points"),
    ],
)
def test_what_an_order_cannot_take_is_refused(wish: Wish, redeeming: Redeeming | None, field: str) -> None:
    with pytest.raises(InvalidError) as raised:
        quote(10_00, Funds(10_000, 10_000), wish, redeeming)
    assert [error.field for error in raised.value.errors] == [field]


@given(AMOUNTS, FUNDS, REDEEMING, st.none() | AMOUNTS)
def test_the_parts_sum_to_the_total_and_none_is_negative_or_more_than_there_is(
    total: int, funds: Funds, redeeming: Redeeming | None, credit: int | None
) -> None:
    wished = None if credit is None else min(credit, total, funds.credit)
    found = quote(total, funds, Wish(credit=wished), redeeming)
    assert found.points.value + found.credit + found.remaining == total
    assert min(found.points.points, found.points.value, found.credit, found.remaining) >= 0
    assert found.points.points <= funds.points
    assert found.credit <= funds.credit
    assert found.points.value * 100 <= total * (redeeming.largest_share if redeeming else 0)
    assert found.points in (*found.options, Option(0, 0))


@given(AMOUNTS, FUNDS, REDEEMING, st.data())
def test_any_option_can_be_wished_for_with_any_credit_that_fits(
    total: int, funds: Funds, redeeming: Redeeming | None, data: st.DataObject
) -> None:
    for option in quote(total, funds, Wish(), redeeming).options:
        credit = data.draw(st.integers(0, min(funds.credit, total - option.value)))
        found = quote(total, funds, Wish(option.points, credit), redeeming)
        assert (found.points, found.credit, found.remaining) == (option, credit, total - option.value - credit)


@given(AMOUNTS, FUNDS, flats(), st.integers(1, 100_000))
def test_at_a_flat_rate_the_option_is_the_most_that_can_be_had_for_the_fewest_points(
    total: int, funds: Funds, redeeming: Redeeming, points: int
) -> None:
    found = quote(total, funds, Wish(), redeeming)
    try:
        other = quote(total, funds, Wish(points=min(points, funds.points)), redeeming)
    except InvalidError:
        return
    assert other.points.value <= found.points.value
    if other.points.value == found.points.value:
        assert other.points.points >= found.points.points
    assert found.points.value <= value_of(funds.points, redeeming)


@given(AMOUNTS, FUNDS, ladders())
def test_on_a_ladder_the_most_is_the_dearest_option(total: int, funds: Funds, redeeming: Redeeming) -> None:
    found = quote(total, funds, Wish(), redeeming)
    assert found.points.value == max((option.value for option in found.options), default=0)
