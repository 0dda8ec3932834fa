"""Reads of orders and stats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto
from typing import Final

from customers.orders.items import (
    ORDER_SK,
    STATS_PREFIX,
    FurtherRefund,
    OrderItem,
    StatsBaseItem,
    StatsItem,
    order_pk,
    refund_sk,
)
from customers.sortkeys import id_in, moment_key
from shared.http.cursors import invalid_cursor
from shared.items.batches import find_all
from shared.items.keys import customer_partition
from shared.items.table import find

# People review what they bought lately; beyond that nobody's reviews cost more reads.
SEARCHED: Final = 100
_PAGE: Final = 20
# Items of one transaction, which may be 4 MB in all (DynamoDB quota), and one item 400 KB.
PAGE: Final = 9


class StillThereError(Exception):
    """The index does not show all orders of somebody yet who is to have none."""


class Sight(Enum):
    """Who looks at a customer's orders: staff, or the customer themselves with or without a verified e-mail."""

    STAFF = auto()
    VERIFIED = auto()
    UNVERIFIED = auto()


# What was recorded before these attributes existed has none of them.
_SHOWN: Final = {
    Sight.STAFF: None,
    Sight.VERIFIED: OrderItem.waits.does_not_exist(),
    Sight.UNVERIFIED: OrderItem.by_email.does_not_exist(),
}


def find_order(order_id: str) -> OrderItem | None:
    """The order, or None if none of its events has arrived."""
    return find(OrderItem, order_pk(order_id), ORDER_SK)


def reload_orders(shown: Sequence[OrderItem]) -> list[OrderItem]:
    """The orders as they are now."""
    return find_all(OrderItem, [(order.pk, order.sk) for order in shown])


def find_refund(order_id: str, refund_id: str) -> FurtherRefund | None:
    """A refund that the order's item does not list, or None."""
    return find(FurtherRefund, order_pk(order_id), refund_sk(refund_id))


def find_stats(customer_id: str, currency: str) -> StatsBaseItem | None:
    """The customer's stats in a currency, or their tombstone."""
    return find(StatsBaseItem, customer_partition(customer_id), f"{STATS_PREFIX}{currency}")


def list_stats(customer_id: str) -> list[StatsItem]:
    """The customer's stats, one item for each currency. Empty after the erasure."""
    pk = customer_partition(customer_id)
    return list(StatsItem.query(pk, StatsItem.sk.startswith(STATS_PREFIX), consistent_read=True))


def has_bought(customer_id: str, product_id: str, order_id: str | None, *, waiting: bool) -> bool:
    """Whether the customer keeps the product from this order, or from one of their newest SEARCHED orders.

    Orders that wait for the customer's e-mail count only if `waiting`.
    """
    named = find_order(order_id) if order_id else None
    if named and named.customer_id == customer_id and _keeps(named, product_id, waiting=waiting):
        return True
    newest = OrderItem.by_customer.query(customer_id, scan_index_forward=False, limit=SEARCHED, page_size=_PAGE)
    return any(_keeps(order, product_id, waiting=waiting) for order in newest)


def _keeps(order: OrderItem, product_id: str, *, waiting: bool) -> bool:
    return (waiting or not order.waits) and order.facts.keeps(product_id)


def list_newest_orders(
    customer_id: str, limit: int, position: str | None, since: datetime | None, sight: Sight
) -> tuple[list[OrderItem], str | None]:
    """A page of the customer's orders placed at `since` or later, newest first, and the start of the next page.

    Without those that are hidden from whoever looks.
    """
    found = OrderItem.by_customer.query(
        customer_id,
        OrderItem.history >= moment_key(since) if since else None,
        _SHOWN[sight],
        scan_index_forward=False,
        limit=limit + 1,  # one more than asked for shows whether there is a next page
        last_evaluated_key=_start(customer_id, position) if position else None,
    )
    orders = list(found)
    page = orders[:limit]
    return page, page[-1].history if len(orders) > limit else None


def _start(customer_id: str, history: str) -> dict[str, dict[str, str]]:
    """The key in the index before the page's first row."""
    if not id_in(history):
        raise invalid_cursor()
    values = {"customer_id": customer_id, "history": history, "pk": order_pk(id_in(history)), "sk": ORDER_SK}
    return {name: {"S": value} for name, value in values.items()}
