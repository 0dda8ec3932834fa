"""The events of claims, built from the claims that carry them."""

from __future__ import annotations

from loyalty.catalogue.claim_items import Claim
from shared.events.loyalty import (
    RewardRedeemed,
)
from shared.items.table import Told


def reward_redeemed(claim: Claim, _: Told) -> RewardRedeemed:
    return RewardRedeemed(
        customer_id=claim.customer_id,
        claim_id=claim.id,
        reward_id=claim.reward_id,
        name=claim.name,
        reward_kind=claim.reward_kind,
        points=claim.points,
        order_id=claim.order_id,
    )
