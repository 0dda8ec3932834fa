"""What points are worth when they are redeemed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.checkout.rules import fewest, price, redeemable_steps, value_of
from loyalty.programme.sections import Flat, Redeeming
from shared.errors import InvalidError

CLASSIC = Redeeming()
LADDER = Redeeming.by_ladder((100, 10_00), (500, 50_00), (1_000, 120_00))
FLATS = st.builds(Flat, points=st.integers(1, 10_000), value=st.integers(1, 10_000))


@pytest.mark.parametrize(("points", "value"), [(1, 1), (99, 99), (100, 100), (12_345, 12_345)])
def test_a_hundred_points_are_a_dollar(points: int, value: int) -> None:
    assert price(points, CLASSIC) == value


@pytest.mark.parametrize(("points", "value"), [(3, 1), (5, 1), (6, 2), (100, 33)])
def test_a_value_is_rounded_down(points: int, value: int) -> None:
    assert price(points, Redeeming(flat=Flat(points=300, value=100))) == value


def test_points_that_are_worth_nothing_are_refused() -> None:
    assert _refusal(2, Redeeming(flat=Flat(points=300, value=100))) == ("points", "At least 3")


def test_fewer_than_the_programme_lets_redeem_are_refused() -> None:
    redeeming = Redeeming(smallest=250)
    assert _refusal(249, redeeming) == ("points", "At least 250")
    assert price(250, redeeming) == 250


@pytest.mark.parametrize(("points", "value"), [(100, 10_00), (500, 50_00), (1_000, 120_00)])
def test_a_ladder_gives_what_its_steps_say(points: int, value: int) -> None:
    assert price(points, LADDER) == value


@pytest.mark.parametrize("points", [1, 99, 101, 200, 600, 1_001])
def test_between_the_steps_of_a_ladder_there_is_nothing(points: int) -> None:
    assert _refusal(points, LADDER) == ("points", "One of 100, 500, 1000")


def test_steps_below_the_smallest_redemption_cannot_be_taken() -> None:
    exact = LADDER.model_copy(update={"smallest": 500})
    assert [step.points for step in redeemable_steps(exact)] == [500, 1_000]
    redeeming = LADDER.model_copy(update={"smallest": 200})
    assert [step.points for step in redeemable_steps(redeeming)] == [500, 1_000]
    assert _refusal(100, redeeming) == ("points", "One of 500, 1000")


@given(FLATS, st.integers(1, 10**6))
def test_the_fewest_points_of_a_value_are_enough_and_one_fewer_is_not(flat: Flat, value: int) -> None:
    redeeming = Redeeming(flat=flat)
    assert value_of(fewest(value, flat), redeeming) >= value
    assert value_of(fewest(value, flat) - 1, redeeming) < value


@given(FLATS, st.integers(1, 10**6), st.integers(1, 10**6))
def test_redeeming_in_two_parts_never_gains(flat: Flat, one: int, other: int) -> None:
    redeeming = Redeeming(flat=flat)
    assert value_of(one, redeeming) + value_of(other, redeeming) <= value_of(one + other, redeeming)


def _refusal(points: int, redeeming: Redeeming) -> tuple[str, str]:
    with pytest.raises(InvalidError) as raised:
        price(points, redeeming)
    [error] = raised.value.errors
    return error.field, error.message
