"""What the checkout's quote takes and answers."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from loyalty.checkout.rules import Funds, Quote
from loyalty.programme.sections import Points
from shared.model import ApiModel, Input
from shared.money import Amount, CurrencyCode


class NewQuote(Input):
    """An order that is about to be paid, and what its customer wants to use for it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"total": 8_995, "currency": "USD"}, {"total": 8_995, "currency": "USD", "points": 500}]
        },
    )

    total: Amount
    currency: CurrencyCode
    points: Annotated[Points | None, Field(description="0 for none; left out, as many as can be used.")] = None
    credit: Annotated[Amount | None, Field(description="0 for none; left out, as much as can be used.")] = None


class PointsOption(ApiModel):
    """So many points, and what they pay in the minor unit."""

    points: int
    value: int


class QuotedPoints(ApiModel):
    """The points that pay."""

    available: Annotated[int, Field(description="What can be used now.")]
    options: Annotated[
        list[PointsOption],
        Field(description="At a flat rate the most that this order takes; by a ladder each step that it takes."),
    ]
    used: int
    value: Annotated[int, Field(description="What the points used pay, in the minor unit.")]


class QuotedCredit(ApiModel):
    """The store credit that pays, in the minor unit."""

    available: int
    used: int


class QuoteView(ApiModel):
    """What points and store credit pay of an order, and what remains. It holds nothing and changes nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "total": 8_995,
                    "currency": "USD",
                    "points": {"available": 793, "options": [{"points": 793, "value": 793}], "used": 793, "value": 793},
                    "credit": {"available": 2_500, "used": 2_500},
                    "remaining": 5_702,
                }
            ]
        }
    )

    total: int
    currency: CurrencyCode
    points: QuotedPoints
    credit: QuotedCredit
    remaining: Annotated[int, Field(description="What is left to pay, in the minor unit.")]

    @classmethod
    def of(cls, asked: NewQuote, funds: Funds, quote: Quote) -> Self:
        options = [PointsOption(points=option.points, value=option.value) for option in quote.options]
        return cls(
            total=asked.total,
            currency=asked.currency,
            points=QuotedPoints(
                available=funds.points, options=options, used=quote.points.points, value=quote.points.value
            ),
            credit=QuotedCredit(available=funds.credit, used=quote.credit),
            remaining=quote.remaining,
        )
