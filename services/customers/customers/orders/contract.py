"""Orders, as the order system tells them, and what they come to."""

from __future__ import annotations

from typing import Final

from shared.contract import API, INBOX, Contract, Grant, Idempotency, Route
from shared.roles import GENERAL_STAFF, SERVICE_DESK, Role

CONTRACT: Final = Contract(
    routes=(
        # Stats count orders of before the registration, which a customer sees only once the e-mail is verified.
        Route("GET", "/api/customers/{customer_id}/stats", "read_stats", GENERAL_STAFF),
        Route(
            "POST",
            "/api/customers/{customer_id}/orders",
            "add_order",
            SERVICE_DESK | {Role.STOREFRONT},
            status=201,
            idempotency=Idempotency.ACCEPTED,
            problems=("idempotency-key-required", "order-taken", "order-differs"),
        ),
        Route("GET", "/api/customers/{customer_id}/orders", "list_orders", SERVICE_DESK | {Role.COMPLIANCE, Role.SELF}),
        Route("GET", "/api/orders/{order_id}", "read_order", SERVICE_DESK | {Role.COMPLIANCE}),
    ),
    hears={
        "OrderPlaced": "hear_order_placed",
        "OrderPaid": "hear_order_paid",
        "OrderRefunded": "hear_order_refunded",
        "OrderDelivered": "hear_order_delivered",
        "OrderCancelled": "hear_order_cancelled",
        "OrderReinstated": "hear_order_reinstated",
        "OrderEdited": "hear_order_edited",
    },
    tells=("OrderRecorded",),
    grants=(Grant((INBOX,), table=("dynamodb:ConditionCheckItem",)), Grant((API, INBOX), index="orders_by_customer")),
)
