"""Orders as callers send and read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo

from shared.events.base import PastMoment
from shared.events.customers import OrderStatus
from shared.events.foreign import (
    MOST_LINES,
    Means,
    OrderCurrency,
    OrderLine,
    PartOfTotal,
    ReturnedMeans,
    SentLine,
    SentMeans,
    within_the_total,
)
from shared.events.mending import Mend
from shared.ids import CheckoutId, CustomerId, OrderId
from shared.model import ApiModel, Input
from shared.money import Amount


class NewLine(SentLine):
    """One line of an order; `amount` is what it costs in all, after discounts, before tax and shipping."""


def _not_before_it_was_placed(paid_at: datetime | None, info: ValidationInfo) -> datetime | None:
    """Raises ValueError for a payment before the order."""
    placed_at = info.data.get("placed_at")
    if paid_at and placed_at and paid_at < placed_at:
        raise ValueError("Not before `placed_at`")
    return paid_at


class NewOrder(Input):
    """An order of a known customer. Without an id it is given one; without `placed_at` it was placed when paid, or now.

    `total` is what is to be paid: with tax and shipping, after `discount`, which is what was taken off. Without
    `payments` it is what was paid by other means than points and store credit.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "phone-1007",
                    "currency": "USD",
                    "total": 2933,
                    "tax": 187,
                    "shipping": 399,
                    "discount": 260,
                    "lines": [{"product_id": "cd-17", "category": "music", "quantity": 1, "amount": 2347}],
                    "payments": {"points": 500, "credit": 1000, "other": 1433},
                    "paid_at": "2026-05-04T10:00:00Z",
                }
            ]
        },
    )

    id: OrderId | None = None
    placed_at: PastMoment | None = None
    paid_at: Annotated[PastMoment | None, AfterValidator(_not_before_it_was_placed)] = None
    currency: OrderCurrency
    total: Amount
    tax: PartOfTotal = 0
    shipping: PartOfTotal = 0
    discount: Amount = 0
    lines: list[NewLine] = Field(default=[], max_length=MOST_LINES)
    checkout_id: Annotated[
        CheckoutId | None, Field(description="The checkout that holds points and store credit for it.")
    ] = None
    payments: Annotated[
        SentMeans | None,
        AfterValidator(within_the_total),
        Field(description="How `total` was paid; what of it is not named here was paid by other means."),
    ] = None


class NoteView(ApiModel):
    """What was mended in an order that came with small faults, in how many places."""

    field: str = Field(examples=["order.lines.*.quantity"])
    mend: Mend
    count: int


class OrderView(ApiModel):
    """An order as it stands. `customer_id` is null when it is kept without a person.

    `cancelled_at` is there only while the order is cancelled, `reinstated_at` once it has been reinstated, `edited_at`
    once its lines and total are those of an edit. `refunded_to` are the parts of `refunded` by what they went back to;
    it is null where `payments` is.
    """

    id: OrderId
    customer_id: CustomerId | None
    status: OrderStatus
    placed_at: datetime
    paid_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    reinstated_at: datetime | None
    edited_at: datetime | None
    currency: str
    total: int
    tax: int
    shipping: int
    discount: int
    refunded: int
    lines: list[OrderLine]
    checkout_id: CheckoutId | None
    payments: Means | None
    refunded_to: ReturnedMeans | None
    notes: list[NoteView]
    version: int


class CurrencyStats(ApiModel):
    """What a customer's orders come to in one currency, in its minor unit.

    `orders` counts every order placed, cancelled ones too; `spent` is what was paid by other means than points and
    store credit, less refunds, and nothing of an order while it is cancelled.
    """

    currency: str
    orders: int
    spent: int
    average: int
    first_order_at: datetime
    last_order_at: datetime


class StatsView(ApiModel):
    """What a customer's orders come to, by currency."""

    currencies: list[CurrencyStats]
