"""What the routes of referrals take and answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from loyalty.members.models import CardNumber
from shared.ids import CustomerId
from shared.model import ApiModel


class NewReferral(ApiModel):
    """Who referred this customer, by the number of their card."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"card_number": "430918270011"}]}
    )

    card_number: CardNumber


class ReferralState(StrEnum):
    """How far it has come: nobody is named; somebody is, and a qualifying order is awaited; both have their rewards."""

    NONE = "none"
    WAITING = "waiting"
    REWARDED = "thanked"


class ReferralView(ApiModel):
    """Whether somebody referred this customer, and what that gives both.

    Until the rewards are first granted, the points are what the programme gives today, which the limits on earning may
    cut; then what was granted, though the state is `waiting` again without a qualifying order.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "cus_01JZ0000000000000000000000",
                    "state": "waiting",
                    "referrer_id": "cus_01JZ0000000000000000000001",
                    "customer_points": 50,
                    "referrer_points": 50,
                }
            ]
        }
    )

    customer_id: CustomerId
    state: ReferralState
    referrer_id: Annotated[CustomerId | None, Field(description="Customers are not told.")]
    customer_points: Annotated[int, Field(description="For the referred customer.")]
    referrer_points: Annotated[int, Field(description="For the referrer.")]
