"""Tiers: what there is, and the tier of each customer."""

from __future__ import annotations

from typing import Final

from loyalty.access import READERS, SHOPPERS
from shared.contract import Contract, Route

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
        Route("GET", "/api/loyalty/tiers", "read_ladder", SHOPPERS),
    ),
)
