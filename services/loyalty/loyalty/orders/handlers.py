"""Events of orders: each calls one use case."""

from __future__ import annotations

from loyalty.orders.usecases import record_order
from shared.events.customers import OrderRecorded
from shared.messages.inbox import Heard


def hear_order_recorded(heard: Heard[OrderRecorded]) -> None:
    """Settle the order: its points follow its newest version."""
    record_order(heard.data, heard.version, heard.cause, heard.occurred_at)
