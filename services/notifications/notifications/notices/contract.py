"""Notices: mails about points and credit."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract

CONTRACT: Final = Contract(
    hears={
        "PointsAdjusted": "hear_points_adjusted",
        "PointsExpiring": "hear_points_expiring",
        "CreditExpiring": "hear_credit_expiring",
    },
)
