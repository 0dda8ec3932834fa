"""Passes: a customer's card for the wallet of a phone."""

from __future__ import annotations

from typing import Final

from loyalty.access import READERS
from shared.contract import API, Contract, Grant, Route

_PROBLEMS: Final = ("email-not-verified", "card-not-usable", "passes-not-offered", "pass-not-signed")

CONTRACT: Final = Contract(
    routes=(
        Route(
            "GET",
            "/api/customers/{customer_id}/card/passes/apple",
            "make_apple_pass",
            READERS,
            binary="application/vnd.apple.pkpass",
            problems=(*_PROBLEMS, "not-acceptable"),
        ),
        Route(
            "GET", "/api/customers/{customer_id}/card/passes/google", "make_google_pass", READERS, problems=_PROBLEMS
        ),
    ),
    grants=(Grant((API,), secret="ApplePassSecret"), Grant((API,), secret="GooglePassSecret")),
)
