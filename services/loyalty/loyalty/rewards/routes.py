"""The routes of rewards and claims."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.points import usecases as points
from loyalty.rewards import claims
from loyalty.rewards import usecases as rewards
from loyalty.rewards.claim_models import ClaimView, NewClaim
from loyalty.rewards.models import CodesAdded, NewCodes, NewReward, RewardPatch, RewardsQuery, RewardView
from shared.http import Idempotency, Page, PageQuery, Request, Routes
from shared.ids import ClaimId, CustomerId, RewardId

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


@endpoint.post(
    "/api/customers/{customer_id}/claims",
    status=201,
    idempotency=Idempotency.REQUIRED,
    problems=[
        points.EmailNotVerifiedError,
        points.InsufficientPointsError,
        claims.RewardNotAvailableError,
        claims.ClaimLimitError,
        claims.OutOfStockError,
    ],
)
def claim_reward(request: Request, customer_id: CustomerId, body: NewClaim) -> ClaimView:
    """Take a reward of the catalogue for points, at what it costs now."""
    by_self = request.principal.is_customer
    return claims.claim_reward(customer_id, body, by_self=by_self, cause=request.cause, attempt=request.attempt)


@endpoint.get("/api/customers/{customer_id}/claims", problems=[points.EmailNotVerifiedError])
def list_claims(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[ClaimView]:
    """The rewards that a customer took, newest first."""
    return claims.list_claims(customer_id, query, request.cursor(query), by_self=request.principal.is_customer)


@endpoint.get("/api/customers/{customer_id}/claims/{claim_id}", problems=[points.EmailNotVerifiedError])
def read_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """One reward that a customer took, with its code."""
    return claims.read_claim(customer_id, claim_id, by_self=request.principal.is_customer)


@endpoint.post("/api/customers/{customer_id}/claims/{claim_id}/fulfil", problems=[claims.ClaimSettledError])
def fulfil_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """Note that the customer has got what was claimed. Any number of times is once."""
    del request
    return claims.fulfil_claim(customer_id, claim_id)


@endpoint.post("/api/customers/{customer_id}/claims/{claim_id}/cancel", problems=[claims.ClaimSettledError])
def cancel_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """Undo a claim that was not fulfilled: the points come back. Its code is known to somebody, and not given again."""
    return claims.cancel_claim(customer_id, claim_id, request.cause)
