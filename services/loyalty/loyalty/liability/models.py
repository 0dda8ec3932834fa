"""What the routes of the books take and answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import AwareDatetime, ConfigDict, Field

from loyalty.liability.items import ClosedDay
from loyalty.liability.rules import Moved, Movement, Rate, of_ended, of_given, values_of
from shared.model import ApiModel, Input
from shared.money import CurrencyCode

# Of credit, an amount is its own value.
_FACE_VALUE: Final = Rate(1, 1)


class LiabilityQuery(Input):
    """Which books, and at the end of which day."""

    as_of: Annotated[
        date | None,
        Field(description="A day of UTC: its end; of today, yesterday's. The newest closed day, if left out."),
    ] = None
    ledger: Annotated[
        str,
        Field(
            pattern=r"^(points|credit:[A-Z]{3})$",
            description="`points`, or the store credit in one currency: `credit:USD`.",
        ),
    ] = "points"


class Valued(ApiModel):
    """An amount, and what it is worth in the minor unit of the currency."""

    amount: Annotated[int, Field(description="Points, or minor units of credit.")]
    value: int


class MonthRow(Valued):
    """What can be used through a day of one month. `amount` is available + pending."""

    month: Annotated[str, Field(description="YYYY-MM, or `never` for what no calendar ends.")]
    available: int
    pending: Annotated[int, Field(description="By the month in which it will end, once it has become usable.")]


class MovementsView(ApiModel):
    """Signed changes of all balances together; they sum to `change`."""

    earned: Annotated[int, Field(description="By orders and by acts that the programme rewards.")] = 0
    reversed: Annotated[int, Field(description="Taken back with an order's money.")] = 0
    reinstated: Annotated[int, Field(description="Given again, with an order that stands again.")] = 0
    issued: Annotated[int, Field(description="Store credit given by staff.")] = 0
    revoked: Annotated[int, Field(description="Store credit taken back by staff.")] = 0
    added: Annotated[int, Field(description="Adjustments upwards.")] = 0
    deducted: Annotated[int, Field(description="Adjustments downwards.")] = 0
    spent: Annotated[int, Field(description="Captured and redeemed.")] = 0
    restored: Annotated[int, Field(description="Spent, and given back with what it was spent on.")] = 0
    transferred: Annotated[int, Field(description="0, unless midnight fell between the two entries of a transfer.")] = 0
    expired: int = 0
    voided: Annotated[int, Field(description="Of persons who were erased.")] = 0
    merged: Annotated[int, Field(description="0, unless midnight fell between the two entries of a merge.")] = 0
    change: int

    @classmethod
    def of(cls, moved: Moved) -> Self:
        return cls(**{movement.value: amount for movement, amount in moved.items()}, change=sum(moved.values()))


class Breakage(ApiModel):
    """How much ends unused, as a share from 0 to 1; null while there is nothing to tell from."""

    of_ended: Annotated[
        float | None, Field(description="expired / (expired + spent - restored), since the books began.")
    ]
    of_ended_in_month: Annotated[float | None, Field(description="The same, since the first of the month.")]
    of_given: Annotated[
        float | None,
        Field(
            description="expired / (earned - reversed + reinstated + issued - revoked + added), since the beginning."
        ),
    ]


class RateView(ApiModel):
    """So many points are worth so much, in the minor unit, by a version of the programme."""

    points: int
    value: int
    programme: Annotated[int, Field(description="The version in force at the day's end; 0 is the preset.")]


class LiabilityView(ApiModel):
    """What a shop owes its customers, at the end of a day of UTC.

    Points are worth what the programme then in force gave at most for one: its flat rate, or that of the dearest step
    of its ladder. Values are in the minor unit, rounded down; those of the months and of what is held sum to the value
    of all that is outstanding.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ledger": "points",
                    "day": "2026-11-21",
                    "first_day": "2026-01-05",
                    "closed_at": "2026-11-22T01:30:04Z",
                    "currency": "USD",
                    "rate": {"points": 100, "value": 100, "programme": 3},
                    "balance": 90_650,
                    "outstanding": {"amount": 91_000, "value": 91_000},
                    "available": 81_500,
                    "pending": 9_000,
                    "held": {"amount": 500, "value": 500},
                    "owed": {"amount": 350, "value": 350},
                    "months": [
                        {"month": "2026-12", "available": 1_500, "pending": 0, "amount": 1_500, "value": 1_500},
                        {"month": "2027-11", "available": 80_000, "pending": 9_000, "amount": 89_000, "value": 89_000},
                    ],
                    "since_first_day": {
                        "earned": 120_000,
                        "reversed": -4_000,
                        "added": 650,
                        "spent": -22_500,
                        "restored": 500,
                        "expired": -4_000,
                        "change": 90_650,
                    },
                    "in_month": {"earned": 9_000, "spent": -1_500, "change": 7_500},
                    "on_day": {"earned": 400, "change": 400},
                    "breakage": {"of_ended": 0.1538, "of_ended_in_month": 0.0, "of_given": 0.0343},
                    "entries": 2_310,
                }
            ]
        }
    )

    ledger: str
    day: Annotated[date, Field(description="The closed day that this is of.")]
    first_day: Annotated[date, Field(description="The day of the ledger's first entry.")]
    closed_at: AwareDatetime
    currency: CurrencyCode
    rate: Annotated[RateView | None, Field(description="Null for credit, whose amounts are their own value.")]
    balance: Annotated[int, Field(description="outstanding - owed: the sum of all customers' balances.")]
    outstanding: Annotated[Valued, Field(description="available + pending + held.")]
    available: int
    pending: int
    held: Annotated[Valued, Field(description="Set aside for checkouts, whichever month it would end in.")]
    owed: Annotated[Valued, Field(description="By customers: spent before the order that had earned it was refunded.")]
    months: list[MonthRow]
    since_first_day: MovementsView
    in_month: MovementsView
    on_day: MovementsView
    breakage: Breakage
    entries: Annotated[int, Field(description="How many entries of the ledger all this is the sum of.")]

    @classmethod
    def of(cls, item: ClosedDay) -> LiabilityView:
        books, rate = item.closed.books, item.rate or _FACE_VALUE
        months, held = _rows(item, rate)
        outstanding = books.balance + books.owed
        return cls(
            ledger=item.ledger,
            day=item.day,
            first_day=item.closed.first_day,
            closed_at=item.closed_at,
            currency=item.currency,
            rate=RateView(**item.rate._asdict(), programme=item.programme or 0) if item.rate else None,
            balance=books.balance,
            outstanding=Valued(amount=outstanding, value=rate.worth(outstanding)),
            available=books.available,
            pending=books.pending,
            held=held,
            owed=Valued(amount=books.owed, value=rate.worth(books.owed)),
            months=months,
            since_first_day=MovementsView.of(books.moved),
            in_month=MovementsView.of(item.closed.in_month),
            on_day=MovementsView.of(item.on_day),
            breakage=_breakage(item),
            entries=books.entries,
        )


def _rows(item: ClosedDay, rate: Rate) -> tuple[list[MonthRow], Valued]:
    """The months, soonest first, and what is held; their values sum to that of all."""
    books = item.closed.books
    places = sorted(books.months.items())
    amounts = [*(sum(both) for _, both in places), books.held]
    *values, held = values_of(amounts, rate)
    months = [
        MonthRow(month=month, available=both.available, pending=both.pending, amount=sum(both), value=value)
        for (month, both), value in zip(places, values, strict=True)
    ]
    return months, Valued(amount=books.held, value=held)


def _breakage(item: ClosedDay) -> Breakage:
    moved = item.closed.books.moved
    return Breakage(
        of_ended=of_ended(moved), of_ended_in_month=of_ended(item.closed.in_month), of_given=of_given(moved)
    )


def table_of(view: LiabilityView) -> list[list[Any]]:
    """The view as a table, its heading first: an amount a row, with its value where it has one.

    Summing the rows of `outstanding` gives what is outstanding, those of a period its change.
    """
    about = [view.day, view.ledger]
    rows: list[list[Any]] = [["day", "ledger", "section", "item", "amount", "value", "currency"]]
    outstanding = [(row.month, row) for row in view.months] + [("held", view.held)]
    rows += [[*about, "outstanding", name, row.amount, row.value, view.currency] for name, row in outstanding]
    rows.append([*about, "owed", "owed", view.owed.amount, view.owed.value, view.currency])
    for section in ("since_first_day", "in_month", "on_day"):
        movements = getattr(view, section)
        rows += [[*about, section, each.value, getattr(movements, each), None, None] for each in Movement]
    return rows
