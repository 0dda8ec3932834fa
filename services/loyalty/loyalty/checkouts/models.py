"""What the routes of checkouts take and answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AwareDatetime,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic_core import PydanticCustomError

from loyalty.ledger.overdue import is_overdue
from loyalty.orders.payment.checkout_names import find_open
from loyalty.orders.payment.checkout_records import Checkout, CheckoutState
from loyalty.points.items import PointsAccount
from loyalty.points.spending_blocks import SpendingBlock, spending_block
from loyalty.programme.sections import Points
from loyalty.programme.tiers import BenefitKind
from shared.ids import CheckoutId, ClaimId, CustomerId, OrderId, RewardId
from shared.model import ApiModel, Input
from shared.money import Amount, CurrencyCode

_CUSTOMER: Final = "cus_01JZ0000000000000000000000"
_VIEW: Final[dict[str, Any]] = {
    "id": "cart-8f2c",
    "customer_id": _CUSTOMER,
    "total": 8_995,
    "currency": "USD",
    "remaining": 6_995,
    "expires_at": "2026-12-06T15:30:00Z",
    "spending_block": None,
    "version": 1,
}
_REWARD: Final = "rew_01JZ0000000000000000000000"
_MUG: Final[dict[str, Any]] = {"id": _REWARD, "points": 300, "amount": 0}


def _number_or_most(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """One error, at the field: pydantic names both branches of a union, in its own words."""
    try:
        return check(value)
    except ValidationError as error:
        message = "Input should be 'most', or a whole number from 0 within the limit of this field"
        raise PydanticCustomError("int_type", message) from error


_OrMost: Final = WrapValidator(_number_or_most)


class Use(Input):
    """What is to be used of points, store credit and the benefits of the customer's tier."""

    points: Annotated[
        Points | Literal["most"],
        _OrMost,
        Field(description="A number of points, by a ladder one of its steps; `most` is as many as the cart takes."),
    ] = 0
    credit: Annotated[
        Amount | Literal["most"],
        _OrMost,
        Field(description="An amount in the minor unit; `most` is as much as there is and the cart takes."),
    ] = 0
    benefits: Annotated[
        bool,
        Field(
            description="Take the tier's discount off `goods`, and `shipping` if it is free. Points and credit pay the "
            "rest. Leave it out if the total has them off already."
        ),
    ] = False
    reward: Annotated[
        RewardId | None,
        Field(
            description="A reward of the catalogue, for its price in points. Its value comes off the total, or "
            "`shipping`, after the benefits; a gift goes with the order. Points and credit pay the rest."
        ),
    ] = None


class NewCheckout(Input):
    """A cart, and what its customer wants to use for it. The same again, with another cart, replaces it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": _CUSTOMER,
                    "currency": "USD",
                    "total": 8_995,
                    "goods": 8_000,
                    "shipping": 495,
                    "use": {"points": "most", "credit": 1_500, "benefits": True},
                },
                {"customer_id": _CUSTOMER, "currency": "USD", "total": 8_995, "use": {"reward": _REWARD}},
            ]
        },
    )

    customer_id: CustomerId
    currency: CurrencyCode
    total: Annotated[Amount, Field(description="What the cart costs, with tax and shipping, before points and credit.")]
    goods: Annotated[Amount, Field(description="Of the total, what goods cost: a tier's discount is of these.")] = 0
    shipping: Annotated[
        Amount, Field(validate_default=True, description="Of the total, what shipping costs: a tier may make it free.")
    ] = 0
    use: Use = Use()

    @field_validator("goods")
    @classmethod
    def _goods_within_the_total(cls, goods: int, info: ValidationInfo) -> int:
        if goods > info.data.get("total", goods):
            raise ValueError("Goods must not be more than the total")
        return goods

    @field_validator("shipping")
    @classmethod
    def _within_the_total(cls, shipping: int, info: ValidationInfo) -> int:
        total, goods = info.data.get("total"), info.data.get("goods")
        if total is not None and goods is not None and goods + shipping > total:
            raise ValueError("Goods and shipping must not be more than the total")
        return shipping


class AppliedBenefit(ApiModel):
    """A benefit of the customer's tier, and what it takes off the total, in the minor unit."""

    kind: BenefitKind
    amount: int


class UsedReward(ApiModel):
    """The reward of a checkout, and what it takes off the total, in the minor unit."""

    id: RewardId
    points: Annotated[int, Field(description="Its price. So many are set aside besides `points.used`.")]
    amount: Annotated[int, Field(description="What it takes off the total. A gift takes nothing off.")]
    claim_id: Annotated[
        ClaimId | None,
        Field(description="Its claim, once the order is paid. Null then too if it was gone when a payment came late."),
    ]


class UsedPoints(ApiModel):
    """The points of a checkout that pay, without the price of its reward."""

    used: Annotated[int, Field(description="So many are set aside, or were.")]
    value: Annotated[int, Field(description="What they pay of the total, in the minor unit.")]
    captured: Annotated[int, Field(description="So many the payment of the order spent.")]
    missing: Annotated[
        int, Field(description="So many were gone when the order was paid, after the time of the checkout.")
    ]


class UsedCredit(ApiModel):
    """The store credit of a checkout, in the minor unit."""

    used: int
    captured: int
    missing: int


class CheckoutView(ApiModel):
    """What a checkout uses, what remains to pay, until when it is held, and what became of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_VIEW,
                    "state": "held",
                    "points": {"used": 500, "value": 500, "captured": 0, "missing": 0},
                    "credit": {"used": 1_500, "captured": 0, "missing": 0},
                    "benefits": [{"kind": "discount", "amount": 800}, {"kind": "free_shipping", "amount": 495}],
                    "reward": None,
                    "remaining": 5_700,
                    "order_id": None,
                },
                {
                    **_VIEW,
                    "state": "captured",
                    "points": {"used": 500, "value": 500, "captured": 500, "missing": 0},
                    "credit": {"used": 1_500, "captured": 1_500, "missing": 0},
                    "reward": {**_MUG, "claim_id": "clm_01JZ0000000000000000000000"},
                    "benefits": [],
                    "order_id": "2026-0004711",
                },
            ]
        }
    )

    id: CheckoutId
    customer_id: CustomerId
    state: CheckoutState
    total: int
    currency: CurrencyCode
    points: UsedPoints
    credit: UsedCredit
    reward: Annotated[UsedReward | None, Field(description="The reward that it uses, beside the points that pay.")]
    benefits: Annotated[list[AppliedBenefit], Field(description="What the tier's benefits take off the total.")]
    remaining: Annotated[int, Field(description="What is left to pay, in the minor unit.")]
    expires_at: Annotated[AwareDatetime, Field(description="Until when it is held. A change of the cart renews it.")]
    order_id: Annotated[OrderId | None, Field(description="The order that spent it.")]
    spending_block: Annotated[
        SpendingBlock | None, Field(description="Why the customer can use nothing more; null while they can.")
    ]
    version: Annotated[int, Field(description="The number of changes, from 1.")]

    @classmethod
    def of(cls, checkout: Checkout, account: PointsAccount, now: datetime) -> Self:
        points, credit = checkout.points, checkout.credit
        found = find_open(account.balances.holds, points.hold_id.split(".")[0])
        is_open = found is not None and found.version == checkout.version and not is_overdue(found.hold, now)
        amount = credit.amount if credit else 0
        return cls(
            id=checkout.id,
            customer_id=account.customer_id,
            state=checkout.state(is_open=is_open),
            total=checkout.total,
            currency=checkout.currency,
            points=UsedPoints(
                used=checkout.used_points,
                value=checkout.value,
                captured=checkout.captured_points,
                missing=checkout.used_points - checkout.captured_points if points.spending else 0,
            ),
            credit=UsedCredit(
                used=amount,
                captured=credit.captured if credit else 0,
                missing=credit.missing if credit else 0,
            ),
            reward=_reward_of(checkout),
            benefits=[AppliedBenefit(kind=BenefitKind(kind), amount=off) for kind, off in checkout.benefits],
            remaining=checkout.remaining,
            expires_at=checkout.until,
            order_id=checkout.order_id,
            spending_block=spending_block(account),
            version=checkout.version,
        )


def _reward_of(checkout: Checkout) -> UsedReward | None:
    if (held := checkout.reward) is None:
        return None
    return UsedReward(id=held.id, points=held.points, amount=held.off, claim_id=checkout.claim_id)
