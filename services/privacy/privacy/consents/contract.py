"""Consents: the log of what customers agreed to."""

from __future__ import annotations

from typing import Final

from shared.contract import Contract, Idempotency, Route
from shared.roles import Role

CONTRACT: Final = Contract(
    routes=(
        Route(
            "GET",
            "/api/customers/{customer_id}/consents",
            "read_consents",
            frozenset({Role.COMPLIANCE, Role.SELF, Role.SUPPORT}),
            problems=("customer-erased",),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/consents",
            "give_consent",
            frozenset({Role.SELF, Role.STOREFRONT, Role.SUPPORT}),
            status=201,
            idempotency=Idempotency.ACCEPTED,
            problems=("customer-erased",),
        ),
    ),
    hears={"CustomerRegistered": "hear_customer_registered", "Unsubscribed": "hear_unsubscribed"},
    tells=("ConsentChanged",),
)
