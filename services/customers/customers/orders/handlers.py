"""Requests and events about orders: each calls one use case."""

from __future__ import annotations

from customers.orders import usecases as orders
from customers.orders.models import NewOrder, OrderView, StatsView
from customers.orders.rules import Change
from shared.events.foreign import (
    OrderCancelled,
    OrderDelivered,
    OrderEdited,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderReinstated,
)
from shared.http import Page, PageQuery, Request
from shared.ids import CustomerId, OrderId
from shared.messages.inbox import Heard


def read_stats(request: Request, customer_id: CustomerId) -> StatsView:
    """What the customer's orders come to, by currency."""
    return orders.read_stats(customer_id)


def add_order(request: Request, customer_id: CustomerId, body: NewOrder) -> OrderView:
    """Record an order of the customer; the same order again is the same order. Needs an id or an Idempotency-Key."""
    return orders.add_order(customer_id, body, request.cause, request.attempt)


def list_orders(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[OrderView]:
    """The customer's orders, newest first; to customers those of before their registration once verified."""
    by_self = request.principal.is_customer
    return orders.list_orders(customer_id, query.limit, request.position(query, str), by_self=by_self)


def read_order(request: Request, order_id: OrderId) -> OrderView:
    """One order."""
    return orders.read_order(order_id)


def hear_order_placed(heard: Heard[OrderPlaced]) -> None:
    """Record the order."""
    orders.record_order(heard.data.order, Change(notes=heard.data.notes), heard.cause)


def hear_order_paid(heard: Heard[OrderPaid]) -> None:
    """Record that the order is paid."""
    orders.record_order(heard.data.order, Change(paid_at=heard.data.paid_at, notes=heard.data.notes), heard.cause)


def hear_order_refunded(heard: Heard[OrderRefunded]) -> None:
    """Record a refund of the order."""
    orders.record_order(heard.data.order, Change(refund=heard.data.refund, notes=heard.data.notes), heard.cause)


def hear_order_delivered(heard: Heard[OrderDelivered]) -> None:
    """Record that the order was delivered."""
    orders.record_order(
        heard.data.order, Change(delivered_at=heard.data.delivered_at, notes=heard.data.notes), heard.cause
    )


def hear_order_cancelled(heard: Heard[OrderCancelled]) -> None:
    """Record that the order was cancelled."""
    orders.record_order(
        heard.data.order, Change(cancelled_at=heard.data.cancelled_at, notes=heard.data.notes), heard.cause
    )


def hear_order_reinstated(heard: Heard[OrderReinstated]) -> None:
    """Record that the order stands again."""
    orders.record_order(
        heard.data.order, Change(reinstated_at=heard.data.reinstated_at, notes=heard.data.notes), heard.cause
    )


def hear_order_edited(heard: Heard[OrderEdited]) -> None:
    """Record the order's new lines and total."""
    orders.record_order(heard.data.order, Change(edited_at=heard.data.edited_at, notes=heard.data.notes), heard.cause)
