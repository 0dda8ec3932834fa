"""Contradictions: two accounts of one order id. The first one stands; the alarm asks a person which one is right."""

from __future__ import annotations

from typing import Final

from customers.orders import rules
from customers.orders.buyers import is_other_buyer
from customers.orders.items import OrderItem
from customers.orders.rules import Change, Facts
from shared.events.foreign import Buyer
from shared.runtime.observability import count, logger

# The service's resources.yaml has its alarm.
METRIC: Final = "OrdersContradicted"


def report_contradictions(item: OrderItem, told: Facts, change: Change, buyer: Buyer) -> None:
    """Log another account of a known order. Another total, currency or buyer also raises the alarm."""
    known, about = item.facts, {"order_id": item.order_id}
    if rules.differ(known, told, change) or rules.contradicts(known, change):
        logger.warning("order told differently; the first account stands", extra=about)
    is_other = is_other_buyer(item, buyer)
    if is_other:
        logger.warning("order told of another buyer; the first one stays", extra=about)
    if is_other or rules.differ_in_money(known, told, change):
        count(METRIC)
