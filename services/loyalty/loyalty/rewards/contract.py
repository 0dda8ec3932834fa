"""The catalogue of rewards, and the claims of customers."""

from __future__ import annotations

from typing import Final

from loyalty.access import MARKETERS, READERS, SHOPPERS, SPENDERS
from shared.contract import API, Contract, Grant, Idempotency, Route
from shared.roles import SERVICE_DESK

CONTRACT: Final = Contract(
    routes=(
        Route(
            "POST",
            "/api/customers/{customer_id}/claims",
            "claim_reward",
            SPENDERS,
            status=201,
            idempotency=Idempotency.REQUIRED,
            problems=(
                "spending-blocked",
                "email-not-verified",
                "insufficient-points",
                "reward-not-available",
                "claim-limit",
                "out-of-stock",
            ),
        ),
        Route("GET", "/api/customers/{customer_id}/rewards", "list_offers", READERS, problems=("email-not-verified",)),
        Route("GET", "/api/customers/{customer_id}/claims", "list_claims", READERS, problems=("email-not-verified",)),
        Route(
            "GET",
            "/api/customers/{customer_id}/claims/{claim_id}",
            "read_claim",
            READERS,
            problems=("email-not-verified",),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/claims/{claim_id}/fulfil",
            "fulfil_claim",
            SERVICE_DESK,
            problems=("claim-settled",),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/claims/{claim_id}/cancel",
            "cancel_claim",
            SERVICE_DESK,
            problems=("claim-settled", "claim-of-order"),
        ),
        Route("POST", "/api/loyalty/rewards", "add_reward", MARKETERS, status=201, idempotency=Idempotency.ACCEPTED),
        Route("GET", "/api/loyalty/rewards", "list_rewards", SHOPPERS),
        Route("GET", "/api/loyalty/rewards/{reward_id}", "read_reward", SHOPPERS),
        Route("PATCH", "/api/loyalty/rewards/{reward_id}", "change_reward", MARKETERS, if_match=True),
        Route("DELETE", "/api/loyalty/rewards/{reward_id}", "archive_reward", MARKETERS),
        Route("POST", "/api/loyalty/rewards/{reward_id}/codes", "add_codes", MARKETERS),
    ),
    tells=("RewardRedeemed",),
    grants=(Grant((API,), table=("dynamodb:BatchGetItem", "dynamodb:DeleteItem")),),
)
