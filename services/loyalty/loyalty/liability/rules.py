"""The books: the sums of entries by kind and by the month in which points end, and their value. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from loyalty.days import NEVER
from loyalty.ledger.balances import EntryKind, Lots, Pending
from loyalty.programme.sections import Redeeming

POINTS: Final = "points"
_CREDIT: Final = "credit:"
# The month of points without a last day; it sorts after all others.
NO_MONTH: Final = "never"
# An entry carries its writer's clock, and is written within seconds of it, even after retries. An index follows its
# table within about a second. An hour is far beyond both.
SETTLED_AFTER: Final = timedelta(hours=1)


class BooksError(Exception):
    """A sum would be below zero: entries are missing from the count."""


class Movement(StrEnum):
    """What moves the balance of a ledger. Kinds that move none have no movement."""

    EARNED = "earned"
    REVERSED = "reversed"
    REINSTATED = "reinstated"
    ISSUED = "issued"
    REVOKED = "revoked"
    ADDED = "added"
    DEDUCTED = "deducted"
    SPENT = "spent"
    RESTORED = "restored"
    # What one customer sent, another received: the entries of a transfer cancel each other out, as those of a merge.
    TRANSFERRED = "transferred"
    EXPIRED = "expired"
    VOIDED = "voided"
    # The two entries of a merge cancel each other out, unless they fall on two days.
    MERGED = "merged"


_MOVEMENTS: Final[Mapping[EntryKind, Movement]] = {
    EntryKind.EARNED: Movement.EARNED,
    EntryKind.REVERSED: Movement.REVERSED,
    EntryKind.REINSTATED: Movement.REINSTATED,
    EntryKind.ISSUED: Movement.ISSUED,
    EntryKind.REVOKED: Movement.REVOKED,
    EntryKind.CAPTURED: Movement.SPENT,
    EntryKind.REDEEMED: Movement.SPENT,
    EntryKind.RESTORED: Movement.RESTORED,
    EntryKind.SENT: Movement.TRANSFERRED,
    EntryKind.RECEIVED: Movement.TRANSFERRED,
    EntryKind.WITHDRAWN: Movement.TRANSFERRED,
    EntryKind.RETURNED: Movement.TRANSFERRED,
    EntryKind.EXPIRED: Movement.EXPIRED,
    EntryKind.VOIDED: Movement.VOIDED,
    EntryKind.MERGED_IN: Movement.MERGED,
    EntryKind.MERGED_OUT: Movement.MERGED,
}

Moved = Mapping[Movement, int]


class Line(NamedTuple):
    """The parts of an entry that the books count: signed changes, as in the entry."""

    ledger: str
    kind: EntryKind
    amount: int
    lots: Lots
    pending: Pending
    held: int

    @property
    def owed(self) -> int:
        """The change of the debt. It follows from the others, because an entry's amount is the sum of its changes."""
        return sum(self.lots.values()) + sum(self.pending.values()) + self.held - self.amount

    @property
    def movement(self) -> Movement:
        if self.kind is EntryKind.ADJUSTED:
            return Movement.ADDED if self.amount > 0 else Movement.DEDUCTED
        return _MOVEMENTS[self.kind]


class Places(NamedTuple):
    """The amounts that end in one month: usable now, and still pending."""

    available: int = 0
    pending: int = 0


@dataclass
class Books:
    """The sums of one ledger: of a day, or of all days so far.

    `months` is by the month of the last usable day (YYYY-MM); pending points count under the lot that they will fall
    into. `held` counts held points of all lots. Sums of zero are left out.
    """

    entries: int = 0
    moved: dict[Movement, int] = field(default_factory=dict)
    months: dict[str, Places] = field(default_factory=dict)
    held: int = 0
    owed: int = 0

    def count(self, line: Line) -> None:
        self.entries += 1
        self.held += line.held
        self.owed += line.owed
        if line.amount:
            _add(self.moved, {line.movement: line.amount})
        for day, amount in line.lots.items():
            self._put(month_of(day), Places(available=amount))
        for where, amount in line.pending.items():
            self._put(month_of(where.lot), Places(pending=amount))

    def add(self, other: Books) -> None:
        """Add the sums of other books."""
        self.entries += other.entries
        self.held += other.held
        self.owed += other.owed
        _add(self.moved, other.moved)
        for month, places in other.months.items():
            self._put(month, places)

    @property
    def available(self) -> int:
        return sum(places.available for places in self.months.values())

    @property
    def pending(self) -> int:
        return sum(places.pending for places in self.months.values())

    @property
    def balance(self) -> int:
        """The sum of all balances."""
        return self.available + self.pending + self.held - self.owed

    def check(self) -> None:
        """Raises BooksError unless every place is 0 or more and the movements add up to the balance."""
        places = [amount for month in self.months.values() for amount in month]
        if min([*places, self.held, self.owed], default=0) < 0 or sum(self.moved.values()) != self.balance:
            raise BooksError

    def _put(self, month: str, more: Places) -> None:
        before = self.months.pop(month, Places())
        after = Places(before.available + more.available, before.pending + more.pending)
        if any(after):
            self.months[month] = after


def _add(moved: dict[Movement, int], more: Moved) -> None:
    for movement, amount in more.items():
        after = moved.pop(movement, 0) + amount
        if after:
            moved[movement] = after


def plus(moved: Moved, more: Moved) -> dict[Movement, int]:
    """The sums of two sets of movements."""
    after = dict(moved)
    _add(after, more)
    return after


@dataclass(frozen=True)
class Closed:
    """One ledger at the end of a day: its books since `first_day`, and the movements since the first of the month."""

    first_day: date
    books: Books
    in_month: Moved


def close(before: Closed | None, on_day: Books, day: date) -> Closed:
    """A ledger at the end of a day, from the day before. Raises BooksError when a sum is impossible."""
    books = Books()
    for part in (before.books, on_day) if before else (on_day,):
        books.add(part)
    books.check()
    earlier = before.in_month if before and day.day > 1 else {}
    return Closed(before.first_day if before else day, books, plus(earlier, on_day.moved))


def ledger_of(account: str) -> str:
    """The ledger of an account, from the account's name in its entries: points, or a currency's credit."""
    currency = account.partition("#")[2]
    return f"{_CREDIT}{currency}" if currency else POINTS


def currency_of(ledger: str) -> str | None:
    """The currency of a ledger; None for points."""
    return ledger.removeprefix(_CREDIT) if ledger.startswith(_CREDIT) else None


def month_of(day: date) -> str:
    return NO_MONTH if day == NEVER else f"{day:%Y-%m}"


def end_of(day: date) -> datetime:
    """The moment at which a day of the books, a day in UTC, is over."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def can_close(day: date, now: datetime) -> bool:
    """Whether no more entries can appear on a day, and the index shows all of its entries."""
    return now >= end_of(day) + SETTLED_AFTER


class Rate(NamedTuple):
    """A number of points, and their value in the minor unit."""

    points: int
    value: int

    def worth(self, points: int) -> int:
        """The value of the points, rounded down."""
        return points * self.value // self.points


def rate_of(redeeming: Redeeming) -> Rate:
    """The highest value of a point: the flat rate, or the rate of the ladder's dearest step.

    The dearest step gives most for a point.
    """
    if redeeming.ladder:
        step = redeeming.ladder[-1]
        return Rate(step.points, step.value)
    assert redeeming.flat  # noqa: S101  # the programme has one of the two
    return Rate(redeeming.flat.points, redeeming.flat.value)


def values_of(amounts: Iterable[int], rate: Rate) -> Iterator[int]:
    """The value of each amount, so that the values add up to the value of all.

    Each value is within one minor unit of its own amount's value.
    """
    total = 0
    for amount in amounts:
        yield rate.worth(total + amount) - rate.worth(total)
        total += amount


def of_ended(moved: Moved) -> float | None:
    """The expired share of points expired or spent (less restored ones); None if there are none."""
    expired = -moved.get(Movement.EXPIRED, 0)
    spent = -moved.get(Movement.SPENT, 0) - moved.get(Movement.RESTORED, 0)
    return _share(expired, expired + spent)


def of_given(moved: Moved) -> float | None:
    """The expired share of points given (less points taken back by refunds and staff); None if there are none."""
    given = (Movement.EARNED, Movement.REVERSED, Movement.REINSTATED, Movement.ISSUED, Movement.REVOKED, Movement.ADDED)
    return _share(-moved.get(Movement.EXPIRED, 0), sum(moved.get(movement, 0) for movement in given))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if 0 <= part <= whole and whole else None
