"""The stored closed days, and the progress of the books."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from pynamodb.attributes import JSONAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb_attributes import IntegerAttribute

from loyalty.liability.rules import Books, Closed, Moved, Movement, Places, Rate
from loyalty.table import DateAttribute, LoyaltyItem, TextAttribute
from shared.items.personal import plain

PARTITION: Final = "LIABILITY"
PROGRESS: Final = "PROGRESS"


def _write_moved(moved: Moved) -> dict[str, int]:
    return {movement.value: moved[movement] for movement in sorted(moved)}


def _read_moved(written: dict[str, int]) -> Moved:
    return {Movement(movement): amount for movement, amount in written.items()}


def _write_books(books: Books) -> list[Any]:
    return [books.entries, _write_moved(books.moved), dict(sorted(books.months.items())), books.held, books.owed]


def _read_books(written: list[Any]) -> Books:
    entries, moved, months, held, owed = written
    places = {month: Places(*both) for month, both in months.items()}
    return Books(entries, dict(_read_moved(moved)), places, held, owed)


def _write_closed(closed: Closed) -> list[Any]:
    return [closed.first_day.isoformat(), _write_books(closed.books), _write_moved(closed.in_month)]


def _read_closed(written: list[Any]) -> Closed:
    first_day, books, in_month = written
    return Closed(date.fromisoformat(first_day), _read_books(books), _read_moved(in_month))


class ClosedDay(LoyaltyItem, discriminator="closed_day"):
    """`LIABILITY#<ledger>` / `<day>`: one ledger at the end of a day, written once.

    `rate` is the value of points on that day, with the version of the programme; a ledger of credit has none.
    """

    closed: TextAttribute[Closed] = plain(
        TextAttribute(_write_closed, _read_closed), bound="the months in which lots end, and the movements"
    )
    on_day: TextAttribute[Moved] = plain(TextAttribute(_write_moved, _read_moved), bound="one of each movement")
    currency = plain(UnicodeAttribute())
    rate: TextAttribute[Rate] = plain(TextAttribute(list, lambda both: Rate(*both), null=True), bound="two numbers")
    programme = plain(IntegerAttribute(null=True))
    closed_at = plain(UTCDateTimeAttribute())

    @property
    def ledger(self) -> str:
        """The ledger of the books."""
        return self.pk.removeprefix(f"{PARTITION}#")

    @property
    def day(self) -> date:
        """The closed day."""
        return date.fromisoformat(self.sk)


def key_of(ledger: str, day: date) -> tuple[str, str]:
    return f"{PARTITION}#{ledger}", day.isoformat()


class Progress(LoyaltyItem, discriminator="books"):
    """`LIABILITY` / `PROGRESS`: the first open day, the ledgers before it, and the part of it that is counted.

    `counted` are the counted shards of that day; the next shard is counted up to `position`. `open` holds their sums.
    Sums and position are written together, so a run resumes where the last one stopped. `closed_up_to` is the last
    ledger whose day is written, while a day of many ledgers is written in parts.
    """

    first_day = plain(DateAttribute())
    day = plain(DateAttribute())
    ledgers: TextAttribute[dict[str, Closed]] = plain(
        TextAttribute(
            lambda ledgers: {name: _write_closed(closed) for name, closed in sorted(ledgers.items())},
            lambda written: {name: _read_closed(closed) for name, closed in written.items()},
            default=dict,
        ),
        bound="1 KB for each currency of credit, 3 KB with lots in 120 months",
    )
    open: TextAttribute[dict[str, Books]] = plain(
        TextAttribute(
            lambda ledgers: {name: _write_books(books) for name, books in sorted(ledgers.items())},
            lambda written: {name: _read_books(books) for name, books in written.items()},
            default=dict,
        ),
        bound="as ledgers, of one day alone",
    )
    counted = plain(IntegerAttribute(default=0))
    position: Any = plain(JSONAttribute(null=True), bound="one key of an index")
    closed_up_to = plain(UnicodeAttribute(null=True))

    @classmethod
    def fresh(cls, first_day: date) -> Progress:
        """A new progress with nothing counted, not stored yet."""
        return cls(PARTITION, PROGRESS, first_day=first_day, day=first_day)
