"""What the routes of holds and redemptions take and answer."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import AwareDatetime, ConfigDict, Field

from loyalty.checkout.holds import Held, HoldState
from loyalty.credit.models import Given
from loyalty.ledger.items import Entry
from loyalty.programme.sections import MOST_POINTS
from shared.ids import HoldId, OrderId, RedemptionId
from shared.model import ApiModel, Input
from shared.money import CurrencyCode

_ORDER: Final = "2026-0004711"
_HOLD: Final[dict[str, Any]] = {
    "id": "hld_01JZ0000000000000000000000",
    "points": 500,
    "currency": "USD",
    "expires_at": "2026-12-06T15:30:00Z",
    "order_id": _ORDER,
}

Redeemed = Annotated[
    int,
    Field(ge=1, le=MOST_POINTS, description="By a ladder, exactly one of its steps."),
]
_Order = Annotated[
    OrderId | None,
    Field(description="The order that they pay: when it is refunded or cancelled, they come back in proportion."),
]


class NewPointsHold(Input):
    """Points to set aside for a checkout."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"points": 500, "order_id": _ORDER}]})

    points: Redeemed
    order_id: _Order = None


class PointsCapture(Input):
    """What of a hold to spend: all of it, unless `points` says how many."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"points": 300, "order_id": _ORDER}]})

    points: Annotated[Redeemed | None, Field(description="The rest is given back.")] = None
    order_id: Annotated[
        OrderId | None, Field(description="Where the hold names none; where it does, it must be the same.")
    ] = None


class PointsHoldView(ApiModel):
    """Points that are or were set aside, and what became of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {**_HOLD, "state": "held", "value": 500, "captured": 0},
                {**_HOLD, "state": "captured", "value": 300, "captured": 300},
            ]
        }
    )

    id: HoldId
    state: HoldState
    points: int
    value: Annotated[int, Field(description="What they are worth, in the minor unit; once captured, what was spent.")]
    currency: CurrencyCode
    expires_at: Annotated[AwareDatetime, Field(description="Until when they can be captured.")]
    captured: Annotated[int, Field(description="How many of them were spent.")]
    order_id: OrderId | None

    @classmethod
    def of(cls, held: Held, currency: str) -> Self:
        return cls(
            id=held.id,
            state=held.state,
            points=held.amount,
            value=held.value or 0,
            currency=currency,
            expires_at=held.until,
            captured=held.captured,
            order_id=held.order_id,
        )


class NewRedemption(Input):
    """Points to spend at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"points": 500, "order_id": _ORDER}]})

    points: Redeemed
    order_id: _Order = None


class RedemptionView(ApiModel):
    """Points that were spent, and the account's balance after it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "red_01JZ0000000000000000000000",
                    "points": 500,
                    "value": 500,
                    "currency": "USD",
                    "order_id": _ORDER,
                    "balance": 293,
                    "available": 193,
                    "redeemed_at": "2026-12-06T15:00:00Z",
                }
            ]
        }
    )

    id: RedemptionId
    points: int
    value: Annotated[int, Field(description="What they were worth, in the minor unit.")]
    currency: CurrencyCode
    order_id: OrderId | None
    balance: int
    available: Annotated[int, Field(description="What can be used now.")]
    redeemed_at: AwareDatetime

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls(
            id=entry.cause,
            points=-entry.amount,
            value=entry.fact("value"),
            currency=entry.fact("currency"),
            order_id=entry.fact("order"),
            balance=entry.after.balance,
            available=entry.after.available,
            redeemed_at=entry.posted_at,
        )


class NewCreditHold(Input):
    """Store credit to be set aside for a checkout."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": 1500, "currency": "USD", "order_id": "2026-0001"}]},
    )

    amount: Given
    currency: CurrencyCode
    order_id: Annotated[OrderId | None, Field(description="Where it is known already.")] = None


class CreditCapture(Input):
    """How much of a hold pays, and for which order."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": 1200, "order_id": "2026-0001"}]})

    amount: Annotated[Given | None, Field(description="Left out, all of it; the rest is given back.")] = None
    order_id: Annotated[
        OrderId | None, Field(description="Credit comes back with the money of the order that it paid.")
    ] = None


class CreditHoldView(ApiModel):
    """A hold, and what became of it. It counts until `expires_at`; then it comes back by itself."""

    id: HoldId
    state: HoldState
    amount: Annotated[int, Field(description="That was set aside, in the currency's minor unit.")]
    currency: CurrencyCode
    captured: Annotated[int, Field(description="That was spent of it.")]
    order_id: OrderId | None
    expires_at: AwareDatetime

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "hld_01JZ0000000000000000000000",
                    "state": "held",
                    "amount": 1500,
                    "currency": "USD",
                    "captured": 0,
                    "order_id": "2026-0001",
                    "expires_at": "2026-11-22T10:30:00Z",
                }
            ]
        }
    )

    @classmethod
    def of(cls, held: Held, currency: str) -> CreditHoldView:
        return cls(
            id=held.id,
            state=held.state,
            amount=held.amount,
            currency=currency,
            captured=held.captured,
            order_id=held.order_id,
            expires_at=held.until,
        )
