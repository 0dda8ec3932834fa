"""Card numbers and card statuses.

Numbers are twelve digits, the last of which is the Luhn check digit of the others (ISO/IEC 7812-1, annex B).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import InvalidError

# No payment card has as few as twelve digits, so no scanner for payment data mistakes a card number for one.
LENGTH: Final = 12


class CardStatus(StrEnum):
    """What a card is good for. Whatever it is, its customer earns and keeps what they have."""

    ACTIVE = "active"
    # Staff blocked the card, until they unblock it.
    BLOCKED = "blocked"
    # Its last day is over.
    EXPIRED = "expired"
    # Another card replaced this one for good.
    REPLACED = "replaced"


class BlockReason(StrEnum):
    """Why staff blocked a card; customers are not told."""

    LOST = "lost"
    STOLEN = "stolen"
    MISUSE = "misuse"
    OTHER = "other"


def status_of(today: date, *, replaced: bool, blocked: bool, expires_on: date | None) -> CardStatus:
    """The status on a day: a replacement comes first, then a block by staff, then the last day."""
    if replaced:
        return CardStatus.REPLACED
    if blocked:
        return CardStatus.BLOCKED
    return CardStatus.EXPIRED if expires_on and expires_on < today else CardStatus.ACTIVE


def check_last_day(expires_on: date | None, today: date) -> None:
    """Raises InvalidError naming `expires_on` for a card that would be expired at once."""
    if expires_on and expires_on < today:
        raise InvalidError.of("expires_on", "Must not be over")


def new_number(below: Callable[[int], int]) -> str:
    """A number whose digits, except the check digit, come from `below(n)`, a random integer from 0 to n - 1.

    The first digit is not 0, because spreadsheets would drop it.
    """
    body = str(1 + below(9)) + "".join(str(below(10)) for _ in range(LENGTH - 2))
    return body + str(check_digit(body))


def is_valid(number: str) -> bool:
    """Whether the length, the digits and the check digit are those of a card number."""
    return (
        len(number) == LENGTH and number.isascii() and number.isdigit() and str(check_digit(number[:-1])) == number[-1]
    )


def check_digit(body: str) -> int:
    """The digit that makes the weighted sum of `body` and itself divisible by ten."""
    doubled = (2 * int(digit) for digit in body[::-2])
    plain = (int(digit) for digit in body[-2::-2])
    return -(sum(value - 9 if value > 9 else value for value in doubled) + sum(plain)) % 10  # noqa: PLR2004
