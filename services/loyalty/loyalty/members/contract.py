"""Members: their cards and their referrals."""

from __future__ import annotations

from typing import Final

from loyalty.access import READERS, SPENDERS
from shared.contract import API, INBOX, Contract, Grant, Idempotency, Route
from shared.roles import GENERAL_STAFF, SERVICE_DESK, Role

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/api/customers/{customer_id}/card", "read_card", READERS, problems=("email-not-verified",)),
        Route(
            "GET",
            "/api/customers/{customer_id}/card/picture",
            "draw_card",
            READERS,
            problems=("email-not-verified", "card-not-usable"),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/card",
            "issue_card",
            SERVICE_DESK,
            status=201,
            idempotency=Idempotency.ACCEPTED,
            problems=("card-exists", "card-number-taken"),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/card/replace",
            "replace_card",
            SERVICE_DESK,
            status=201,
            idempotency=Idempotency.ACCEPTED,
            problems=("card-replaced", "card-number-taken"),
        ),
        Route(
            "POST", "/api/customers/{customer_id}/card/block", "block_card", SERVICE_DESK, problems=("card-replaced",)
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/card/unblock",
            "unblock_card",
            SERVICE_DESK,
            problems=("card-replaced",),
        ),
        Route("GET", "/api/loyalty/cards/{number}", "look_up_card", GENERAL_STAFF | {Role.STOREFRONT}),
        Route(
            "PATCH",
            "/api/loyalty/cards/{number}",
            "change_card",
            SERVICE_DESK,
            if_match=True,
            problems=("card-replaced",),
        ),
        Route(
            "GET", "/api/customers/{customer_id}/referral", "read_referral", READERS, problems=("email-not-verified",)
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/referral",
            "name_referrer",
            SPENDERS,
            status=201,
            idempotency=Idempotency.ACCEPTED,
            problems=("email-not-verified", "referral-exists", "referral-too-late", "spending-blocked"),
        ),
    ),
    hears={"CustomerRegistered": "hear_customer_registered"},
    tells=("CardBlocked", "CardIssued", "CardReplaced", "CardUnblocked"),
    # For the marks of numbers that erased customers had.
    grants=(Grant((API, INBOX), secret="TransferSecret"),),
)
