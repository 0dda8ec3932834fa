"""Card numbers and card statuses.

Numbers that loyalty draws are twelve digits, the last of which is the Luhn check digit of the others (ISO/IEC 7812-1,
annex B). A shop may give numbers of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import InvalidError

# No payment card has as few as twelve digits, so no scanner for payment data mistakes a card number for one.
LENGTH: Final = 12
# Numbers of payment cards have so many digits, and the same check digit.
_PAYMENT_CARD: Final = range(13, 20)


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


def new_number(below: Callable[[int], int], prefix: str = "") -> str:
    """A number whose digits after the prefix, except the check digit, come from `below(n)`: a random integer below n.

    The first digit is not 0, because spreadsheets would drop it.
    """
    begin = prefix or str(1 + below(9))
    body = begin + "".join(str(below(10)) for _ in range(LENGTH - 1 - len(begin)))
    return body + str(check_digit(body))


def is_drawn(number: str) -> bool:
    """Whether it has the form of the numbers that loyalty draws; a shop's own has another."""
    return len(number) == LENGTH and number.isdigit()


def why_not_a_number(number: str) -> str | None:
    """Why digits and letters are no card number; None if they may be one, drawn by loyalty or the shop's own.

    A wrong digit of a drawn number is noticed, so a shop's own number has another length than those.
    """
    drawn, number = is_drawn(number), number.replace("-", "")
    if not (number.isascii() and number.isdigit()):
        return None
    is_checked = str(check_digit(number[:-1])) == number[-1]
    if drawn and not is_checked:
        return "Not a card's number: a digit is wrong or missing"
    if len(number) in _PAYMENT_CARD and is_checked:
        return "It could be the number of a payment card"
    return None


def check_digit(body: str) -> int:
    """The digit that makes the weighted sum of `body` and itself divisible by ten."""
    doubled = (2 * int(digit) for digit in body[::-2])
    plain = (int(digit) for digit in body[-2::-2])
    return -(sum(value - 9 if value > 9 else value for value in doubled) + sum(plain)) % 10  # noqa: PLR2004
