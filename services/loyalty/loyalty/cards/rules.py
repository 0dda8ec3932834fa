"""Card numbers: twelve digits, the last of which is the Luhn check digit of the others (ISO/IEC 7812-1, annex B)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

# Twelve: no payment card is that short, so that no scanner for payment data takes one for it.
LENGTH: Final = 12


def new_number(below: Callable[[int], int]) -> str:
    """A number whose digits, but the last, come from `below(n)`, a random integer from 0 to n - 1.

    The first is not 0, or spreadsheets would lose it.
    """
    body = str(1 + below(9)) + "".join(str(below(10)) for _ in range(LENGTH - 2))
    return body + str(check_digit(body))


def is_valid(number: str) -> bool:
    """Whether it can be a card's number: its length, its digits, its check digit."""
    return (
        len(number) == LENGTH and number.isascii() and number.isdigit() and str(check_digit(number[:-1])) == number[-1]
    )


def check_digit(body: str) -> int:
    """The digit that makes the weighted sum of `body` and itself divisible by ten."""
    doubled = (2 * int(digit) for digit in body[::-2])
    plain = (int(digit) for digit in body[-2::-2])
    return -(sum(value - 9 if value > 9 else value for value in doubled) + sum(plain)) % 10  # noqa: PLR2004
