"""Consents: the log of what customers agreed to."""

from __future__ import annotations

from typing import Final

from shared.contract import INBOX, Contract, Grant, Idempotency, Route
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
    hears={
        "CustomerRegistered": "hear_customer_registered",
        "CustomerUnknown": "hear_customer_unknown",
        "Unsubscribed": "hear_unsubscribed",
    },
    tells=("ConsentChanged",),
    grants=(Grant((INBOX,), table=("dynamodb:BatchWriteItem", "dynamodb:Query")),),
)
