"""Card numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count

import pytest

from loyalty.members.rules import LENGTH, CardStatus, check_digit, check_last_day, is_valid, new_number, status_of
from shared.errors import InvalidError


@pytest.mark.parametrize(
    ("body", "digit"),
    # Known numbers: the example of ISO/IEC 7812-1, and test numbers that payment networks publish.
    [("7992739871", 3), ("411111111111111", 1), ("37828224631000", 5), ("0", 0), ("5", 9), ("4", 2)],
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
    assert {len(number) for number in numbers} == {LENGTH} == {12}
    assert all(is_valid(number) and number[0] != "0" for number in numbers)


def test_every_digit_is_drawn_from_all_there_are() -> None:
    lowest, highest = new_number(lambda below: 0 * below), new_number(lambda below: below - 1)
    assert (lowest[:-1], highest[:-1]) == ("1" + "0" * 10, "9" * 11)


def test_one_wrong_digit_is_noticed() -> None:
    number = new_number(draw_in_turn())
    for place in range(LENGTH):
        for digit in set("0123456789") - {number[place]}:
            assert not is_valid(number[:place] + digit + number[place + 1 :])


@pytest.mark.parametrize("number", ["", "79927398713", "12345678901a", "\uff11" * 12])
def test_what_is_no_number_of_ours_is_not_valid(number: str) -> None:
    assert not is_valid(number)


TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("replaced", "blocked", "expires_on", "status"),
    [
        (False, False, None, CardStatus.ACTIVE),
        (False, False, TODAY, CardStatus.ACTIVE),
        (False, False, TODAY - timedelta(days=1), CardStatus.EXPIRED),
        (False, True, TODAY - timedelta(days=1), CardStatus.BLOCKED),
        (True, True, TODAY - timedelta(days=1), CardStatus.REPLACED),
    ],
)
def test_a_card_is_good_for_what_happened_to_it(
    replaced: bool, blocked: bool, expires_on: date | None, status: CardStatus
) -> None:
    assert status_of(TODAY, replaced=replaced, blocked=blocked, expires_on=expires_on) is status


def test_a_last_day_must_not_be_over() -> None:
    check_last_day(None, TODAY)
    check_last_day(TODAY, TODAY)
    with pytest.raises(InvalidError) as refused:
        check_last_day(TODAY - timedelta(days=1), TODAY)
    assert refused.value.errors[0].field == "expires_on"
