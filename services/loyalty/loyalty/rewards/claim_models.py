"""What the routes of claims take and answer."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import AwareDatetime, ConfigDict, Field

from loyalty.catalogue.claim_items import Claim, ClaimState
from loyalty.catalogue.rules import RewardKind
from shared.ids import ClaimId, OrderId, RewardId
from shared.model import ApiModel, Input

_REWARD: Final = "rew_01JZ0000000000000000000000"
_CLAIM: Final[dict[str, Any]] = {
    "id": "clm_01JZ0000000000000000000000",
    "reward": {"id": _REWARD, "name": "$5 off your next order", "kind": "discount_code"},
    "points": 500,
    "code": "THANKS-7F3K9QXW2MHD",
    "order_id": None,
    "off": None,
    "claimed_at": "2026-12-06T15:00:00Z",
}


class NewClaim(Input):
    """A reward to take for points."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reward_id": _REWARD}]})

    reward_id: RewardId
    order_id: Annotated[
        OrderId | None,
        Field(description="The order that it is for. Its refund gives nothing back: cancel the claim for that."),
    ] = None


class ClaimedReward(ApiModel):
    """A reward as it was when it was claimed."""

    id: RewardId
    name: str
    kind: RewardKind


class ClaimView(ApiModel):
    """A reward that a customer took."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {**_CLAIM, "state": "issued", "settled_at": None},
                {**_CLAIM, "state": "fulfilled", "settled_at": "2026-12-07T09:00:00Z"},
            ]
        }
    )

    id: ClaimId
    reward: ClaimedReward
    points: Annotated[int, Field(description="What it cost.")]
    code: Annotated[str | None, Field(description="As good as money: for the customer and the shop alone.")]
    state: ClaimState
    order_id: OrderId | None
    off: Annotated[
        int | None,
        Field(
            description="What it took off the order whose checkout claimed it, in the minor unit; null for others. "
            "Such a claim follows its order: it is cancelled once all points that were spent on the order came back."
        ),
    ]
    claimed_at: AwareDatetime
    settled_at: Annotated[AwareDatetime | None, Field(description="When it was fulfilled or cancelled.")]

    @classmethod
    def of(cls, claim: Claim) -> Self:
        """The view of a claim."""
        return cls(
            id=claim.id,
            reward=ClaimedReward(id=claim.reward_id, name=claim.name, kind=claim.reward_kind),
            points=claim.points,
            code=claim.code,
            state=claim.state,
            order_id=claim.order_id,
            off=claim.off,
            claimed_at=claim.claimed_at,
            settled_at=claim.settled_at,
        )
