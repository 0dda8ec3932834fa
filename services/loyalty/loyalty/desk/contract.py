"""The desk: lists over all customers, for the staff who serve them."""

from __future__ import annotations

from typing import Final

from loyalty.access import ADMINS
from shared.contract import API, Contract, Grant, Route
from shared.roles import SERVICE_DESK

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/api/loyalty/accounts", "list_accounts", SERVICE_DESK),
        Route("GET", "/api/loyalty/cards", "list_cards", SERVICE_DESK),
        Route("GET", "/api/loyalty/claims", "list_open_claims", SERVICE_DESK),
        Route("GET", "/api/loyalty/entries.csv", "tabulate_day", ADMINS),
        Route("GET", "/api/loyalty/orders/{order_id}/spending", "read_order_spending", SERVICE_DESK),
        Route("GET", "/api/loyalty/credit", "list_issued_credit", SERVICE_DESK),
        Route("GET", "/api/loyalty/holds", "list_open_holds", SERVICE_DESK),
    ),
    grants=(
        Grant((API,), table=("dynamodb:BatchGetItem",)),
        Grant((API,), index="accounts_by_tier"),
        Grant((API,), index="due_accounts"),
        Grant((API,), index="entries_by_day"),
        Grant((API,), index="open_holds"),
    ),
)
