"""Transfers: points that one customer sends another, confirmed by a code that is mailed to the sender."""

from __future__ import annotations

from typing import Final

from loyalty.access import READERS
from shared.contract import API, RELAY, Contract, Grant, Idempotency, Route
from shared.roles import SERVICE_DESK, Role

_TRANSFERS: Final = "/api/customers/{customer_id}/transfers"
_TRANSFER: Final = f"{_TRANSFERS}/{{transfer_id}}"
# A storefront may not: the code proves who reads the mails, and the token that the customer has logged in.
_SENDERS: Final = SERVICE_DESK | {Role.SELF}
# Why a customer cannot send so many points to that recipient: now, or by the time of the confirmation.
_REFUSALS: Final = (
    "transfers-off",
    "transfer-not-allowed",
    "transfer-limit",
    "recipient-unavailable",
    "spending-blocked",
    "email-not-verified",
    "insufficient-points",
)

CONTRACT: Final = Contract(
    routes=(
        Route(
            "POST",
            _TRANSFERS,
            "request_transfer",
            _SENDERS,
            status=201,
            idempotency=Idempotency.REQUIRED,
            problems=_REFUSALS,
        ),
        Route("GET", _TRANSFERS, "list_transfers", READERS, problems=("email-not-verified",)),
        Route("GET", _TRANSFER, "read_transfer", READERS, problems=("email-not-verified",)),
        Route(
            "POST",
            f"{_TRANSFER}/confirm",
            "confirm_transfer",
            _SENDERS,
            problems=(*_REFUSALS, "wrong-code", "transfer-ended", "lost-race"),
        ),
        Route(
            "POST",
            f"{_TRANSFER}/reverse",
            "reverse_transfer",
            SERVICE_DESK,
            problems=("transfer-not-reversible", "lost-race"),
        ),
    ),
    tells=("TransferRequested",),
    grants=(Grant((API, RELAY), secret="TransferSecret"),),
)
