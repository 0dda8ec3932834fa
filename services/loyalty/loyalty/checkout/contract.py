"""The checkout: quotes, holds and redemptions, of points and of store credit."""

from __future__ import annotations

from typing import Final

from loyalty.access import READERS, SPENDERS
from shared.contract import Contract, Idempotency, Route

CONTRACT: Final = Contract(
    routes=(
        Route(
            "POST",
            "/api/customers/{customer_id}/checkout-quote",
            "quote",
            READERS,
            problems=("spending-blocked", "email-not-verified", "insufficient-points", "insufficient-credit"),
            only_reads=True,
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/credit/holds",
            "hold_credit",
            SPENDERS,
            status=201,
            idempotency=Idempotency.BY_EFFECT,
            problems=("spending-blocked", "insufficient-credit", "too-many-holds", "email-not-verified"),
        ),
        Route(
            "GET",
            "/api/customers/{customer_id}/credit/holds/{hold_id}",
            "read_credit_hold",
            READERS,
            problems=("email-not-verified",),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/credit/holds/{hold_id}/capture",
            "capture_credit",
            SPENDERS,
            problems=("spending-blocked", "hold-ended", "email-not-verified"),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/credit/holds/{hold_id}/release",
            "release_credit",
            SPENDERS,
            problems=("hold-ended", "email-not-verified"),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/holds",
            "hold_points",
            SPENDERS,
            status=201,
            idempotency=Idempotency.BY_EFFECT,
            problems=("spending-blocked", "email-not-verified", "insufficient-points", "too-many-holds"),
        ),
        Route(
            "GET",
            "/api/customers/{customer_id}/holds/{hold_id}",
            "read_hold",
            READERS,
            problems=("email-not-verified",),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/holds/{hold_id}/capture",
            "capture_hold",
            SPENDERS,
            problems=("spending-blocked", "email-not-verified", "hold-ended"),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/holds/{hold_id}/release",
            "release_hold",
            SPENDERS,
            problems=("email-not-verified", "hold-ended"),
        ),
        Route(
            "POST",
            "/api/customers/{customer_id}/redemptions",
            "redeem_points",
            SPENDERS,
            status=201,
            idempotency=Idempotency.BY_EFFECT,
            problems=("spending-blocked", "email-not-verified", "insufficient-points"),
        ),
    ),
)
