"""The points that an order or a bonus would earn."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract, Route
from shared.roles import GENERAL_STAFF, Role

CONTRACT: Final = Contract(
    routes=(
        Route(
            "POST",
            "/api/loyalty/simulate",
            "simulate",
            GENERAL_STAFF | {Role.STOREFRONT},
            problems=("not-found",),
            only_reads=True,
        ),
    ),
    hears={"ReviewRecorded": "hear_review_recorded"},
)
