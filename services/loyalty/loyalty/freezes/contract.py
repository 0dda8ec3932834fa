"""Freezes: staff stop an account from spending, with a reason, and let it spend again."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract, Route
from shared.roles import GENERAL_STAFF, SERVICE_DESK

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/api/customers/{customer_id}/freeze", "read_freeze", GENERAL_STAFF),
        Route("PUT", "/api/customers/{customer_id}/freeze", "change_freeze", SERVICE_DESK, if_match=True),
    ),
    tells=("AccountFrozen", "AccountUnfrozen"),
)
