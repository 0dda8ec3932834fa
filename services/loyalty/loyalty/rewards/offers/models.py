"""Rewards as one customer sees them: whether each can be had now, and why not."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from loyalty.catalogue.items import StoredReward
from loyalty.points.items import PointsAccount
from loyalty.rewards.models import RewardView
from shared.errors import ConflictError
from shared.ids import RewardId
from shared.model import ApiModel

Missing = Annotated[int, Field(description="The points to get before the customer can have it; what is owed included.")]


class RefusalView(ApiModel):
    """Why the customer cannot have a reward now: the problem by which a claim of it would be refused."""

    problem: Annotated[str, Field(description="The last part of the `type` of the claim's problem.")]
    title: Annotated[str, Field(description="The `title` of the claim's problem.")]
    why: Annotated[str | None, Field(description="The `why` of the claim's problem, if it has one.")]

    @classmethod
    def of(cls, error: ConflictError) -> Self:
        why = error.extensions.get("why")
        return cls(problem=error.slug, title=error.title, why=str(why) if why else None)


class OfferView(RewardView):
    """A reward as one customer sees it. A claim that comes now is refused for `refusal`, if that is not null."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "rew_01JZ0000000000000000000000",
                    "name": "$5 off your next order",
                    "kind": "discount_code",
                    "points": 500,
                    "description": "One order of $20 or more, not together with other offers.",
                    "valid_from": "2026-12-01",
                    "valid_until": "2027-02-28",
                    "left": 187,
                    "limit_per_customer": 1,
                    "tiers": ["silver", "gold"],
                    "status": "active",
                    "created_at": "2026-11-20T09:30:00Z",
                    "version": 3,
                    "can_be_had": False,
                    "refusal": {
                        "problem": "insufficient-points",
                        "title": "There are not enough points",
                        "why": None,
                    },
                    "missing": 207,
                }
            ]
        }
    )

    can_be_had: Annotated[bool, Field(description="Whether a claim that comes now is made.")]
    refusal: RefusalView | None
    missing: Annotated[Missing | None, Field(description="If only points are missing: how many.")]


class NextRewardView(ApiModel):
    """The reward that is nearest to the customer's points, of those for which only points are missing."""

    id: RewardId
    name: str
    points: Annotated[int, Field(description="What it costs.")]
    missing: Missing

    @classmethod
    def of(cls, reward: StoredReward, account: PointsAccount) -> Self:
        return cls(id=reward.id, name=reward.name, points=reward.points, missing=missing_to(reward, account))


def missing_to(reward: StoredReward, account: PointsAccount) -> int:
    """The points that the customer must get to have a reward; what is owed is paid first."""
    return reward.points - account.available + (account.owed or 0)
