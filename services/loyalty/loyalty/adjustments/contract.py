"""Adjustments of points by staff, and the second person whom large ones need, of points and of store credit."""

from __future__ import annotations

from typing import Final

from shared.contract import API, Contract, Grant, Idempotency, Route
from shared.roles import SERVICE_DESK

CONTRACT: Final = Contract(
    routes=(
        Route(
            "POST",
            "/api/customers/{customer_id}/points",
            "adjust_points",
            SERVICE_DESK,
            status=201,
            accepted="ProposalView",
            idempotency=Idempotency.REQUIRED,
            problems=("insufficient-points",),
        ),
        Route("GET", "/api/customers/{customer_id}/points/proposals", "list_proposals", SERVICE_DESK),
        Route(
            "POST",
            "/api/customers/{customer_id}/points/proposals/{proposal_id}/approve",
            "approve_adjustment",
            SERVICE_DESK,
            status=201,
            problems=("same-person", "proposal-decided", "insufficient-points"),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/points/proposals/{proposal_id}/reject",
            "reject_adjustment",
            SERVICE_DESK,
            problems=("proposal-decided",),
        ),
        Route("GET", "/api/customers/{customer_id}/credit/proposals", "list_credit_proposals", SERVICE_DESK),
        Route(
            "POST",
            "/api/customers/{customer_id}/credit/proposals/{proposal_id}/approve",
            "approve_credit",
            SERVICE_DESK,
            status=201,
            problems=("same-person", "proposal-decided", "proposal-outdated", "insufficient-credit"),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/credit/proposals/{proposal_id}/reject",
            "reject_credit",
            SERVICE_DESK,
            problems=("proposal-decided",),
        ),
        Route("GET", "/api/loyalty/adjustments", "list_open_proposals", SERVICE_DESK),
    ),
    grants=(Grant((API,), table=("dynamodb:BatchGetItem",)), Grant((API,), index="due_accounts")),
)
