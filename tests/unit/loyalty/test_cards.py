"""Card numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from loyalty.cards.rules import LENGTH, check_digit, is_valid, new_number


@pytest.mark.parametrize(
    ("body", "digit"),
    # Known numbers: the example of ISO/IEC 7812-1, and test numbers that payment networks publish.
    [("7992739871", 3), ("411111111111111", 1), ("37828224631000", 5), ("0", 0)],
)
def test_the_check_digit_is_luhns(body: str, digit: int) -> None:
    assert check_digit(body) == digit


def draw_in_turn() -> Callable[[int], int]:
    """Stands in for a random source: the digits of 1, 8, 15, 22, … in turn."""
    digits = (int(digit) for number in count(1, 7) for digit in str(number))
    return lambda below: next(digits) % below


def test_new_numbers_are_valid_and_begin_with_no_zero() -> None:
    draw = draw_in_turn()
    numbers = {new_number(draw) for _ in range(500)}
    assert len(numbers) == 500
    assert all(is_valid(number) and number[0] != "0" for number in numbers)


def test_one_wrong_digit_is_noticed() -> None:
    number = new_number(draw_in_turn())
    for place in range(LENGTH):
        for digit in set("0123456789") - {number[place]}:
            assert not is_valid(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize("number", ["", "79927398713", "12345678901a", "\uff11" * 12])
def test_what_is_no_number_of_ours_is_not_valid(number: str) -> None:
    assert not is_valid(number)
