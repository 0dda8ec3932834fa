"""The events of orders, built from the items that carry them."""

from __future__ import annotations

from customers.orders.items import OrderItem
from customers.orders.payments import means_of, returned_means_of
from shared.events.customers import OrderRecorded, OrderStats
from shared.items.table import Told


def order_recorded(order: OrderItem, _: Told) -> OrderRecorded:
    """The order after the change that it carries."""
    facts = order.facts
    return OrderRecorded(
        order_id=order.order_id,
        customer_id=order.customer_id,
        status=facts.status,
        placed_at=facts.placed_at,
        paid_at=facts.paid_at,
        delivered_at=facts.delivered_at,
        cancelled_at=facts.cancelled_at if facts.is_cancelled else None,
        reinstated_at=facts.reinstated_at,
        edited_at=facts.edited_at,
        currency=facts.currency,
        total=facts.total,
        tax=facts.tax,
        shipping=facts.shipping,
        discount=facts.discount,
        refunded=facts.refunded,
        refunded_tax=facts.refunded_tax,
        refunded_shipping=facts.refunded_shipping,
        lines=list(facts.lines),
        stats=OrderStats.model_validate(order.stats) if order.stats else None,
        by_email=bool(order.by_email),
        waits=bool(order.waits),
        checkout_id=facts.checkout_id,
        payments=means_of(facts.payments),
        payments_late=bool(order.payments_late),
        refunded_to=returned_means_of(facts.refunded_to),
    )
