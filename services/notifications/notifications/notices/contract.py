"""Notices: mails about points, tiers, credit and transfers."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract

CONTRACT: Final = Contract(
    hears={
        "PointsAdjusted": "hear_points_adjusted",
        "PointsTransferred": "hear_points_transferred",
        "TransferRequested": "hear_transfer_requested",
        "TierChanged": "hear_tier_changed",
        "CreditIssued": "hear_credit_issued",
        "PointsExpiring": "hear_points_expiring",
        "CreditExpiring": "hear_credit_expiring",
    },
)
