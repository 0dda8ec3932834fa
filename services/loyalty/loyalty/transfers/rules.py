"""The code of a transfer, its limits, and the lots that move. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from loyalty.ledger.balances import Balances, Lots, Taken
from loyalty.ledger.due_dates import Watch, last_days
from loyalty.points.tier_windows import month_of
from loyalty.programme.models import Transfers

# With five tries, one guess in 20 million succeeds; with all that a thief may ask for on a day, one in two million.
_CODE_DIGITS: Final = 8
MOST_TRIES: Final = 5
# A mail arrives within minutes, and somebody who sends points waits for it.
CODE_LIVES: Final = timedelta(minutes=15)
# Requests of one customer on a day, with those that are refused for the recipient. Each mails, or tests a card number.
MOST_REQUESTS: Final = 10
# So long a request is shown that nobody confirmed.
KEPT: Final = timedelta(days=2)
# The key makes these codes alone. A code of another form gets another prefix.
_USE: Final = b"transfer.1:"
_HINT: Final = 4


class Direction(StrEnum):
    """Which side of a transfer a customer is on."""

    SENT = "sent"
    RECEIVED = "received"


class TransferState(StrEnum):
    """How far a transfer has come. Only the sender sees one that is not confirmed."""

    PENDING = "pending"
    COMPLETED = "completed"
    # Staff gave back what the recipient still had.
    REVERSED = "reversed"
    # Not confirmed in time; or closed after MOST_TRIES wrong codes.
    EXPIRED = "expired"
    LOCKED = "locked"


class NotAllowed(StrEnum):
    """Why a customer cannot send points yet."""

    ACCOUNT_TOO_YOUNG = "account_too_young"
    NO_ORDER_YET = "no_order_yet"


class Limit(StrEnum):
    """What limits a sender."""

    PER_DAY = "per_day"
    PER_MONTH = "per_month"
    REQUESTS_PER_DAY = "requests_per_day"


class NotReversible(StrEnum):
    """Why a transfer cannot be reversed."""

    NOT_COMPLETED = "not_completed"
    # The recipient has none of the points any more: they were spent, have expired, or paid what was owed.
    NOTHING_LEFT = "nothing_left"
    # The two turned out to be one customer.
    SAME_CUSTOMER = "same_customer"
    ERASED = "erased"


class Moved(NamedTuple):
    """The points of one transfer that stayed with the recipient, and the shop's day on which they went there."""

    day: date
    points: int


def code_of(key: bytes, transfer_id: str) -> str:
    """The digits that confirm a transfer. They follow from the key and the id, so nothing has to store them."""
    digest = hmac.digest(key, _USE + transfer_id.encode("ascii"), "sha256")
    return f"{int.from_bytes(digest) % 10**_CODE_DIGITS:0{_CODE_DIGITS}}"


def hint_of(named: str) -> str:
    """What the sender sees of a recipient: the last characters of what they typed."""
    return f"…{named[-_HINT:]}"


def exceeded(points: int, sent: Iterable[Moved], today: date, rules: Transfers) -> tuple[Limit, int] | None:
    """The limit of the sender that so many more points are above, and what it leaves; None if they are within all.

    `sent` has at least everything that the sender sent since the first of the month.
    """
    in_month = _of_month(sent, today)
    on_day = sum(each.points for each in in_month if each.day == today)
    sums = (
        (Limit.PER_DAY, rules.per_day, on_day),
        (Limit.PER_MONTH, rules.per_month, sum(each.points for each in in_month)),
    )
    over = ((name, max(most - so_far, 0)) for name, most, so_far in sums if most is not None)
    return next(((name, left) for name, left in over if points > left), None)


def has_room(points: int, received: Iterable[Moved], today: date, rules: Transfers) -> bool:
    """Whether a recipient may receive so many more points this month."""
    most = rules.received_per_month
    return most is None or points + sum(each.points for each in _of_month(received, today)) <= most


def _of_month(moved: Iterable[Moved], today: date) -> list[Moved]:
    return [each for each in moved if month_of(each.day) == month_of(today)]


def sendable(balances: Balances) -> int:
    """The available points less what is owed: nobody sends away what pays a debt."""
    return max(balances.available - balances.owed, 0)


def as_received(taken: Taken, active_on: date | None, watch: Watch) -> Taken:
    """The lots in which the recipient gets what the sender's account gave.

    Each keeps its last day. Points that live by the sender's activity end when they would have ended without any more
    of it: otherwise an idle customer would send them to a busy one.
    """
    return Taken(last_days(taken.lots, active_on, watch), taken.graced)


def still_there(received: Lots, lots: Lots) -> Lots:
    """What an account still has of the lots that it received. It may be other points of the same lots."""
    left = {day: min(amount, lots.get(day, 0)) for day, amount in received.items()}
    return {day: amount for day, amount in left.items() if amount > 0}
