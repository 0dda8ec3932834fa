"""Accounts of points: balances and entries."""

from __future__ import annotations

from typing import Final

from loyalty.access import READERS
from shared.contract import API, INBOX, Contract, Grant, Route
from shared.roles import GENERAL_STAFF

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/api/customers/{customer_id}/points", "read_points", READERS, problems=("email-not-verified",)),
        Route(
            "GET",
            "/api/customers/{customer_id}/points/entries",
            "list_entries",
            READERS,
            problems=("email-not-verified",),
        ),
        Route(
            "GET",
            "/api/customers/{customer_id}/points/verification",
            "verify_entries",
            GENERAL_STAFF,
            problems=("lost-race",),
        ),
    ),
    hears={"CustomerUpdated": "hear_customer_updated"},
    tells=(
        "PointsAdjusted",
        "PointsEarned",
        "PointsExpired",
        "PointsExpiring",
        "PointsRedeemed",
        "PointsReinstated",
        "PointsRestored",
        "PointsReversed",
        "PointsRipened",
        "PointsTransferred",
        "TierChanged",
    ),
    grants=(
        Grant((API,), table=("dynamodb:PutItem", "dynamodb:ConditionCheckItem")),
        Grant((INBOX,), table=("dynamodb:ConditionCheckItem",)),
        Grant((API, INBOX), index="entries_by_account"),
    ),
)
