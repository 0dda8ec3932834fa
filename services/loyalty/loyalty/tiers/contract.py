"""Tiers: what there is, the tier of each customer, and tiers that staff give."""

from __future__ import annotations

from typing import Final

from loyalty.access import READERS, SHOPPERS
from shared.contract import Contract, Route
from shared.roles import SERVICE_DESK

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/api/customers/{customer_id}/tier", "read_tier", READERS, problems=("email-not-verified",)),
        Route(
            "GET",
            "/api/customers/{customer_id}/tier/history",
            "list_tier_changes",
            READERS,
            problems=("email-not-verified",),
        ),
        Route("PUT", "/api/customers/{customer_id}/tier", "change_given_tier", SERVICE_DESK, problems=("lost-race",)),
        Route("GET", "/api/loyalty/tiers", "read_ladder", SHOPPERS),
    ),
)
