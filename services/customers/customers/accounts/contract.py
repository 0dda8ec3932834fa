"""Accounts: customers and guests, their registration and their details."""

from __future__ import annotations

from typing import Final

from shared.contract import API, INBOX, Contract, Grant, Idempotency, Route
from shared.roles import GENERAL_STAFF, SERVICE_DESK, Role

CONTRACT: Final = Contract(
    routes=(
        Route(
            "POST",
            "/api/customers",
            "create_customer",
            SERVICE_DESK | {Role.STOREFRONT},
            status=201,
            idempotency=Idempotency.ACCEPTED,
            problems=("email-taken", "email-erased"),
        ),
        # The shop's site sends it in the person's name; staff register people by POST /api/customers.
        Route(
            "POST",
            "/api/registrations",
            "register_customer",
            frozenset({Role.STOREFRONT}),
            status=201,
            idempotency=Idempotency.ACCEPTED,
            problems=("email-taken",),
        ),
        Route("GET", "/api/customers", "list_customers", GENERAL_STAFF),
        Route("GET", "/api/customers/{customer_id}", "read_customer", GENERAL_STAFF | {Role.SELF}),
        Route(
            "PATCH",
            "/api/customers/{customer_id}",
            "change_customer",
            SERVICE_DESK | {Role.SELF},
            if_match=True,
            problems=("email-taken", "email-erased"),
        ),
        Route(
            "PUT",
            "/api/customers/{customer_id}",
            "replace_customer",
            SERVICE_DESK,
            if_match=True,
            problems=("email-taken", "email-erased"),
        ),
    ),
    hears={"ConsentChanged": "hear_consent_changed"},
    tells=("CustomerRegistered", "CustomerUnknown", "CustomerUpdated"),
    grants=(
        Grant((API, INBOX), secret="EmailSecret"),
        Grant((API,), table=("dynamodb:ConditionCheckItem", "dynamodb:PutItem", "dynamodb:DeleteItem")),
        Grant((API,), index="by_registration"),
    ),
)
