"""Card numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count

import pytest

from loyalty.members.rules import (
    LENGTH,
    CardStatus,
    check_digit,
    check_last_day,
    new_number,
    status_of,
    why_not_a_number,
)
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
    assert all(why_not_a_number(number) is None and number[0] != "0" for number in numbers)


def test_every_digit_is_drawn_from_all_there_are() -> None:
    lowest, highest = new_number(lambda below: 0 * below), new_number(lambda below: below - 1)
    assert (lowest[:-1], highest[:-1]) == ("1" + "0" * 10, "9" * 11)


def test_one_wrong_digit_is_noticed() -> None:
    number = new_number(draw_in_turn())
    for place in range(LENGTH):
        for digit in set("0123456789") - {number[place]}:
            assert why_not_a_number(number[:place] + digit + number[place + 1 :])


def test_a_prefix_begins_the_number() -> None:
    draw = draw_in_turn()
    numbers = [new_number(draw, "4021") for _ in range(200)]
    assert {number[:4] for number in numbers} == {"4021"}
    assert {len(number) for number in numbers} == {LENGTH}
    assert not any(map(why_not_a_number, numbers))


@pytest.mark.parametrize(
    ("number", "is_one"),
    [
        ("SHOP-00417", True),
        ("00417", True),
        ("12345678901A", True),
        ("123456789012345", True),
        ("123456789012", False),
        # The numbers by which payment cards are tried.
        ("4242424242424242", False),
        ("4242424242424241", True),
        ("378282246310005", False),
        ("4242-4242-4242-4242", False),
    ],
)
def test_a_shop_has_numbers_of_its_own_that_are_no_payment_cards(number: str, is_one: bool) -> None:
    assert (why_not_a_number(number) is None) is is_one


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
