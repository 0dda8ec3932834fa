"""The routes of rewards."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.rewards import usecases as rewards
from loyalty.rewards.models import CodesAdded, NewCodes, NewReward, RewardPatch, RewardsQuery, RewardView
from shared.http import Idempotency, Page, Request, Routes
from shared.ids import RewardId

endpoint = Routes(ACCESS["rewards"])


@endpoint.post("/api/loyalty/rewards", status=201, idempotency=Idempotency.ACCEPTED)
def add_reward(request: Request, body: NewReward) -> RewardView:
    """Put a reward into the catalogue."""
    return rewards.add_reward(body, attempt=request.attempt)


@endpoint.get("/api/loyalty/rewards")
def list_rewards(request: Request, query: RewardsQuery) -> Page[RewardView]:
    """The catalogue, newest first. Others than staff see what can be had today, whoever may have it."""
    return rewards.list_rewards(query, request.cursor(query), for_staff=request.principal.is_staff)


@endpoint.get("/api/loyalty/rewards/{reward_id}")
def read_reward(request: Request, reward_id: RewardId) -> RewardView:
    """One reward. For others than staff an archived one is not there."""
    return rewards.read_reward(reward_id, for_staff=request.principal.is_staff)


@endpoint.patch("/api/loyalty/rewards/{reward_id}", if_match=True)
def change_reward(request: Request, reward_id: RewardId, body: RewardPatch) -> RewardView:
    """Change a reward; what was claimed of it stays as it was. `"status": "active"` brings an archived one back."""
    return rewards.change_reward(reward_id, body, request.if_match)


@endpoint.delete("/api/loyalty/rewards/{reward_id}")
def archive_reward(request: Request, reward_id: RewardId) -> RewardView:
    """Let nobody claim a reward any more. What was claimed stands. Any number of times is once."""
    del request
    return rewards.archive_reward(reward_id)


@endpoint.post("/api/loyalty/rewards/{reward_id}/codes")
def add_codes(request: Request, reward_id: RewardId, body: NewCodes) -> CodesAdded:
    """Add codes, each to be given once. What was posted before is left out, so a batch that failed is posted again."""
    del request
    return rewards.add_codes(reward_id, body)
