"""Checkouts: one resource that sets points and store credit aside for a cart. The payment of its order spends them."""

from __future__ import annotations

from typing import Final

from loyalty.access import CASHIERS, READERS_OF_CHECKOUTS
from shared.contract import Contract, Route

_CHECKOUT: Final = "/api/checkouts/{checkout_id}"

CONTRACT: Final = Contract(
    routes=(
        Route(
            "PUT",
            _CHECKOUT,
            "put_checkout",
            CASHIERS,
            problems=(
                "checkout-taken",
                "checkout-ended",
                "not-its-maker",
                "spending-blocked",
                "email-not-verified",
                "insufficient-points",
                "insufficient-credit",
                "reward-not-available",
                "claim-limit",
                "out-of-stock",
                "too-many-holds",
                "not-found",
                "lost-race",
            ),
        ),
        Route("GET", _CHECKOUT, "read_checkout", READERS_OF_CHECKOUTS, problems=("email-not-verified",)),
        Route(
            "DELETE",
            _CHECKOUT,
            "end_checkout",
            CASHIERS,
            problems=("checkout-ended", "not-its-maker", "email-not-verified", "lost-race"),
        ),
    ),
)
