"""Store credit."""

from __future__ import annotations

from typing import Final

from loyalty.access import READERS
from shared.contract import Contract, Idempotency, Route
from shared.roles import GENERAL_STAFF, SERVICE_DESK

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/api/customers/{customer_id}/credit", "list_credit", READERS, problems=("email-not-verified",)),
        Route(
            "POST",
            "/api/customers/{customer_id}/credit",
            "issue_credit",
            SERVICE_DESK,
            status=201,
            accepted="ProposalView",
            idempotency=Idempotency.REQUIRED,
        ),
        Route(
            "GET",
            "/api/customers/{customer_id}/credit/{currency}/entries",
            "list_credit_entries",
            READERS,
            problems=("email-not-verified",),
        ),
        Route(
            "GET",
            "/api/customers/{customer_id}/credit/{currency}/verification",
            "verify_credit",
            GENERAL_STAFF,
            problems=("lost-race",),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/credit/{currency}/revoke",
            "revoke_credit",
            SERVICE_DESK,
            status=201,
            accepted="ProposalView",
            idempotency=Idempotency.REQUIRED,
            problems=("insufficient-credit",),
        ),
    ),
    tells=("CreditExpired", "CreditExpiring", "CreditIssued", "CreditRestored", "CreditRevoked", "CreditSpent"),
)
