"""Messages: mails to customers, and why one was not sent."""

from __future__ import annotations

from typing import Final

from shared.contract import INBOX, Contract, Grant, Route
from shared.roles import SERVICE_DESK, Role

CONTRACT: Final = Contract(
    routes=(
        Route(
            "GET", "/api/customers/{customer_id}/messages", "list_messages", SERVICE_DESK | {Role.MARKETING, Role.SELF}
        ),
    ),
    hears={"CustomerRegistered": "hear_customer_registered", "CustomerUpdated": "hear_customer_updated"},
    tells=("MessageSent",),
    grants=(Grant((INBOX,), table=("dynamodb:Query",)), Grant((INBOX,), mail=True)),
)
