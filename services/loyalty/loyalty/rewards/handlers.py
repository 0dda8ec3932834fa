"""Requests of rewards: each calls one use case."""

from __future__ import annotations

from loyalty.rewards import claims
from loyalty.rewards import usecases as rewards
from loyalty.rewards.claim_models import ClaimView, NewClaim
from loyalty.rewards.models import CodesAdded, NewCodes, NewReward, RewardPatch, RewardsQuery, RewardView
from loyalty.rewards.offers import usecases as offers
from loyalty.rewards.offers.models import OfferView
from shared.http import Page, PageQuery, Request
from shared.ids import ClaimId, CustomerId, RewardId


def add_reward(request: Request, body: NewReward) -> RewardView:
    """Put a reward into the catalogue."""
    return rewards.add_reward(body, attempt=request.attempt)


def list_rewards(request: Request, query: RewardsQuery) -> Page[RewardView]:
    """The catalogue, newest first. Others than staff see what can be had today, whoever may have it."""
    return rewards.list_rewards(query, request.position(query, str), for_staff=request.principal.is_staff)


def read_reward(request: Request, reward_id: RewardId) -> RewardView:
    """One reward. For others than staff an archived one is not there."""
    return rewards.read_reward(reward_id, for_staff=request.principal.is_staff)


def change_reward(request: Request, reward_id: RewardId, body: RewardPatch) -> RewardView:
    """Change a reward; what was claimed of it stays as it was. `"status": "active"` brings an archived one back."""
    return rewards.change_reward(reward_id, body, request.if_match)


def archive_reward(request: Request, reward_id: RewardId) -> RewardView:
    """Let nobody claim a reward any more. What was claimed stands. Any number of times is once."""
    del request
    return rewards.archive_reward(reward_id)


def add_codes(request: Request, reward_id: RewardId, body: NewCodes) -> CodesAdded:
    """Add codes, each to be given once. What was posted before is left out, so a batch that failed is posted again."""
    del request
    return rewards.add_codes(reward_id, body)


def claim_reward(request: Request, customer_id: CustomerId, body: NewClaim) -> ClaimView:
    """Take a reward of the catalogue for points, at what it costs now."""
    by_self = request.principal.is_customer
    return claims.claim_reward(customer_id, body, by_self=by_self, cause=request.cause, attempt=request.attempt)


def list_offers(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[OfferView]:
    """The active rewards as one customer sees them, newest first: whether each can be had now, and why not."""
    by_self = request.principal.is_customer
    return offers.list_offers(customer_id, query, request.position(query, str), by_self=by_self)


def list_claims(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[ClaimView]:
    """The rewards that a customer took, newest first."""
    return claims.list_claims(customer_id, query, request.position(query, str), by_self=request.principal.is_customer)


def read_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """One reward that a customer took, with its code."""
    return claims.read_claim(customer_id, claim_id, by_self=request.principal.is_customer)


def fulfil_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """Note that the customer has got what was claimed. Any number of times is once."""
    del request
    return claims.fulfil_claim(customer_id, claim_id)


def cancel_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """Undo a claim that was not fulfilled: the points come back. Its code is known to somebody, and not given again."""
    return claims.cancel_claim(customer_id, claim_id, request.cause)
