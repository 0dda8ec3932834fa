"""The books: what entries come to by kind and by the month in which points end, and what that is worth. Pure."""

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
# The month of what no calendar ends; it sorts after all others.
NO_MONTH: Final = "never"
# An entry carries its writer's clock and is written within seconds of that, all tries counted; an index follows its
# table within a second or so. An hour is far beyond both.
SETTLED_AFTER: Final = timedelta(hours=1)


class BooksError(Exception):
    """Something would be held that is less than nothing: entries are missing from what was counted."""


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
    EXPIRED = "expired"
    VOIDED = "voided"
    # The two entries of a merge cancel out, unless they fall on two days.
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
    EntryKind.EXPIRED: Movement.EXPIRED,
    EntryKind.VOIDED: Movement.VOIDED,
    EntryKind.MERGED_IN: Movement.MERGED,
    EntryKind.MERGED_OUT: Movement.MERGED,
}

Moved = Mapping[Movement, int]


class Line(NamedTuple):
    """What the books need of an entry: signed changes, as an entry has them."""

    ledger: str
    kind: EntryKind
    amount: int
    lots: Lots
    pending: Pending
    held: int

    @property
    def owed(self) -> int:
        """The change of what is owed, which follows from the others (an entry's amount is the sum of its changes)."""
        return sum(self.lots.values()) + sum(self.pending.values()) + self.held - self.amount

    @property
    def movement(self) -> Movement:
        """What it moved."""
        if self.kind is EntryKind.ADJUSTED:
            return Movement.ADDED if self.amount > 0 else Movement.DEDUCTED
        return _MOVEMENTS[self.kind]


class Places(NamedTuple):
    """What ends in one month: usable now, and still pending."""

    available: int = 0
    pending: int = 0


@dataclass
class Books:
    """One ledger's sums: those of a day, or of all days so far.

    `months` is by the month of the last day on which points can be used (YYYY-MM), pending ones by the lot that they
    will fall into. What checkouts hold is in `held`, whichever lots it came from. Nothing is kept of what is nothing.
    """

    entries: int = 0
    moved: dict[Movement, int] = field(default_factory=dict)
    months: dict[str, Places] = field(default_factory=dict)
    held: int = 0
    owed: int = 0

    def count(self, line: Line) -> None:
        """Count one more entry."""
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
        """Count all that another counted."""
        self.entries += other.entries
        self.held += other.held
        self.owed += other.owed
        _add(self.moved, other.moved)
        for month, places in other.months.items():
            self._put(month, places)

    @property
    def available(self) -> int:
        """What can be used now."""
        return sum(places.available for places in self.months.values())

    @property
    def pending(self) -> int:
        """What can be used later."""
        return sum(places.pending for places in self.months.values())

    @property
    def balance(self) -> int:
        """All balances together."""
        return self.available + self.pending + self.held - self.owed

    def check(self) -> None:
        """Raises BooksError unless no place is below nothing and the movements come to the balance."""
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
    """Movements after more of them."""
    after = dict(moved)
    _add(after, more)
    return after


@dataclass(frozen=True)
class Closed:
    """One ledger at the end of a day: its books since `first_day`, and what moved since the first of the month."""

    first_day: date
    books: Books
    in_month: Moved


def close(before: Closed | None, on_day: Books, day: date) -> Closed:
    """A ledger at the end of a day, from that of the day before. Raises BooksError when that cannot be."""
    books = Books()
    for part in (before.books, on_day) if before else (on_day,):
        books.add(part)
    books.check()
    earlier = before.in_month if before and day.day > 1 else {}
    return Closed(before.first_day if before else day, books, plus(earlier, on_day.moved))


def ledger_of(account: str) -> str:
    """The ledger that an account belongs to, by the name that its entries call it: points, or a currency's credit."""
    currency = account.partition("#")[2]
    return f"{_CREDIT}{currency}" if currency else POINTS


def currency_of(ledger: str) -> str | None:
    """The currency that a ledger counts in, or None where it counts points."""
    return ledger.removeprefix(_CREDIT) if ledger.startswith(_CREDIT) else None


def month_of(day: date) -> str:
    """The month of a lot's last day."""
    return NO_MONTH if day == NEVER else f"{day:%Y-%m}"


def end_of(day: date) -> datetime:
    """The moment at which a day of the books, which is one of UTC, is over."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def can_close(day: date, now: datetime) -> bool:
    """Whether nothing is posted on a day any more, and all that was can be seen."""
    return now >= end_of(day) + SETTLED_AFTER


class Rate(NamedTuple):
    """So many points are worth so much, in the minor unit."""

    points: int
    value: int

    def worth(self, points: int) -> int:
        """What so many points are worth, rounded down."""
        return points * self.value // self.points


def rate_of(redeeming: Redeeming) -> Rate:
    """What a point is worth at most: the flat rate, or that of the ladder's dearest step, which gives most for one."""
    if redeeming.ladder:
        step = redeeming.ladder[-1]
        return Rate(step.points, step.value)
    assert redeeming.flat  # noqa: S101  # the programme has one of the two
    return Rate(redeeming.flat.points, redeeming.flat.value)


def values_of(amounts: Iterable[int], rate: Rate) -> Iterator[int]:
    """What each amount is worth, so that they sum to what all are worth: each within one minor unit of its own."""
    total = 0
    for amount in amounts:
        yield rate.worth(total + amount) - rate.worth(total)
        total += amount


def of_ended(moved: Moved) -> float | None:
    """Of what was expired or spent (less what came back), the share that expired; None where there is neither."""
    expired = -moved.get(Movement.EXPIRED, 0)
    spent = -moved.get(Movement.SPENT, 0) - moved.get(Movement.RESTORED, 0)
    return _share(expired, expired + spent)


def of_given(moved: Moved) -> float | None:
    """Of what was given (less what refunds and staff took back), the share that expired; None where nothing was."""
    given = (Movement.EARNED, Movement.REVERSED, Movement.REINSTATED, Movement.ISSUED, Movement.REVOKED, Movement.ADDED)
    return _share(-moved.get(Movement.EXPIRED, 0), sum(moved.get(movement, 0) for movement in given))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if 0 <= part <= whole and whole else None
