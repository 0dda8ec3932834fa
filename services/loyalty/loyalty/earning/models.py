"""What decides an order's points, and what they come to; what the route that prices an order takes and answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from loyalty.programme.sections import Slug
from loyalty.programme.tiers import BRONZE
from shared.events.base import Moment
from shared.events.customers import CustomerStatus, OrderRecorded
from shared.events.foreign import PartOfTotal, SentLine
from shared.events.loyalty import TierId
from shared.ids import CustomerId
from shared.model import ApiModel, Input
from shared.money import Amount, CurrencyCode

# As many as an order may have.
_MOST_LINES: Final = 200


@dataclass(frozen=True)
class Line:
    """A line of an order; `amount` is in minor units."""

    product_id: str
    category: str | None
    amount: int


@dataclass(frozen=True)
class OrderFacts:
    """What of an order decides its points. `total` is what is paid: with tax and shipping, after the discount.

    Amounts are in minor units of `currency`.
    """

    total: int
    currency: str
    placed_at: datetime
    tax: int = 0
    shipping: int = 0
    discount: int = 0
    lines: tuple[Line, ...] = ()

    @classmethod
    def of(cls, order: OrderRecorded) -> OrderFacts:
        return cls(
            total=order.total,
            currency=order.currency,
            placed_at=order.placed_at,
            tax=order.tax,
            shipping=order.shipping,
            discount=order.discount,
            lines=tuple(Line(line.product_id, line.category, line.amount) for line in order.lines),
        )


@dataclass(frozen=True)
class Member:
    """What of a customer decides an order's points."""

    tier: TierId = BRONZE
    groups: frozenset[str] = frozenset()
    birthday: date | None = None
    status: CustomerStatus | None = None
    # The first days of the birthdays that have multiplied points.
    birthdays: tuple[date, ...] = ()

    @classmethod
    def of(
        cls,
        tier: TierId,
        groups: Iterable[str] | None,
        birthday: date | None,
        status: CustomerStatus | None,
        birthdays: Iterable[date] | None,
    ) -> Member:
        """The member of an account."""
        return cls(tier, frozenset(groups or ()), birthday, status, tuple(birthdays or ()))


@dataclass(frozen=True)
class Part:
    """The points that one rule gave, or (negative) took: `base`, `tier`, `birthday`, a multiplier's name, `limit`."""

    rule: str
    points: int


@dataclass(frozen=True)
class Earned:
    """What an order earns. `parts` sum to `points`, none is 0; `base` is the amount that counted, in minor units.

    `left_out` is the share of the order that a factor of 0 took out of it.
    """

    points: int
    parts: tuple[Part, ...]
    base: int
    left_out: Fraction = Fraction(0)


class SimulatedLine(SentLine):
    """A line of an order; unlike in an event, an unknown field is an error."""


class SimulatedOrder(Input):
    """An order as it might be. `total` is what is to be paid: with tax and shipping, after `discount`."""

    total: Amount
    tax: PartOfTotal = 0
    shipping: PartOfTotal = 0
    discount: Amount = 0
    currency: Annotated[
        CurrencyCode | None, Field(description="The shop's, if left out; in another nothing is earned")
    ] = None
    placed_at: Annotated[Moment | None, Field(description="Now, if left out")] = None
    lines: Annotated[tuple[SimulatedLine, ...], Field(max_length=_MOST_LINES)] = ()

    def facts(self, currency: str, now: datetime) -> OrderFacts:
        """The facts of an order of a shop with this currency that is placed now."""
        return OrderFacts(
            total=self.total,
            currency=self.currency or currency,
            placed_at=self.placed_at or now,
            tax=self.tax,
            shipping=self.shipping,
            discount=self.discount,
            lines=tuple(Line(line.product_id, line.category, line.amount) for line in self.lines),
        )


class Simulation(Input):
    """Who might buy what. What is said of the customer counts before what is known of the one with the id."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "tier": "silver",
                    "groups": ["wholesale"],
                    "birthday": "1990-05-17",
                    "order": {
                        "total": 2933,
                        "tax": 187,
                        "shipping": 399,
                        "lines": [{"product_id": "cd-17", "category": "music", "quantity": 1, "amount": 2347}],
                    },
                }
            ]
        },
    )

    customer_id: Annotated[CustomerId | None, Field(description="Whose tier, groups, birthday and limits count")] = None
    tier: Annotated[TierId | None, Field(description="Without it and an id: the lowest")] = None
    groups: Annotated[frozenset[Slug] | None, Field(max_length=50)] = None
    birthday: date | None = None
    order: SimulatedOrder


class PartView(ApiModel):
    """The points that one rule gives, or (negative) takes."""

    rule: Annotated[str, Field(description="base, tier, birthday, limit, or the name of a multiplier")]
    points: int


class SimulationView(ApiModel):
    """What an order would earn if it were to earn now. Nothing is posted, and nothing promised."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "points": 281,
                    "parts": [{"rule": "base", "points": 234}, {"rule": "tier", "points": 47}],
                    "base": 2347,
                    "currency": "USD",
                    "tier": "silver",
                    "programme": 3,
                }
            ]
        }
    )

    points: int
    parts: Annotated[tuple[PartView, ...], Field(description="They sum to `points`")]
    base: Annotated[int, Field(description="The amount that counts, in the currency's minor unit")]
    currency: str
    tier: TierId
    programme: Annotated[int, Field(description="The version of the programme; 0 is the stack's preset")]
