"""Orders, and what an order system tells of them: for all tests, the meter and the simulation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.events.customers import OrderRecorded, OrderStatus
from shared.events.foreign import (
    Buyer,
    Order,
    OrderCancelled,
    OrderDelivered,
    OrderEdited,
    OrderLine,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderReinstated,
    Refund,
    Review,
    ReviewPosted,
)

NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
EMAIL: Final = "ada@example.com"


def order(order_id: str = "o-1", buyer: Buyer | None = None, **facts: Any) -> Order:
    """An order of $10, placed at noon by the person with the e-mail; `facts` replace those of it."""
    lines = [OrderLine(product_id="cd-17", category="music", quantity=1, amount=1000)]
    values = {"placed_at": NOON, "currency": "USD", "total": 1000, "lines": lines, **facts}
    return Order(id=order_id, buyer=buyer if buyer is not None else Buyer(email=EMAIL), **values)


def placed(of: Order) -> OrderPlaced:
    return OrderPlaced(order=of)


def paid(of: Order, *, minutes: float = 5) -> OrderPaid:
    """So long after it was placed, as all that follows where no moment is given."""
    return OrderPaid(order=of, paid_at=of.placed_at + timedelta(minutes=minutes))


def refunded(
    of: Order, amount: int, refund_id: str = "r-1", *, at: datetime | None = None, **parts: Any
) -> OrderRefunded:
    """Three days after it was placed, or at that moment; `parts` are its tax and shipping, and where it goes `to`."""
    refund = Refund(id=refund_id, amount=amount, refunded_at=at or of.placed_at + timedelta(days=3), **parts)
    return OrderRefunded(order=of, refund=refund)


def delivered(of: Order, *, hours: float = 24, at: datetime | None = None) -> OrderDelivered:
    return OrderDelivered(order=of, delivered_at=at or of.placed_at + timedelta(hours=hours))


def cancelled(of: Order, *, hours: float = 1, at: datetime | None = None) -> OrderCancelled:
    return OrderCancelled(order=of, cancelled_at=at or of.placed_at + timedelta(hours=hours))


def reinstated(of: Order, *, hours: float = 2, at: datetime | None = None) -> OrderReinstated:
    return OrderReinstated(order=of, reinstated_at=at or of.placed_at + timedelta(hours=hours))


def edited(of: Order, *, hours: float = 3, at: datetime | None = None) -> OrderEdited:
    """The order as it is from then on."""
    return OrderEdited(order=of, edited_at=at or of.placed_at + timedelta(hours=hours))


def reviewed(review_id: str = "rev-1", buyer: Buyer | None = None, **facts: Any) -> ReviewPosted:
    """Four stars, by the person with the e-mail; `facts` replace those of it."""
    values = {"product_id": "cd-17", "rating": 4, "posted_at": NOON, **facts}
    by = buyer if buyer is not None else Buyer(email=EMAIL)
    return ReviewPosted(review=Review(id=review_id, buyer=by, **values))


def recorded(order_id: str, customer_id: str | None, **facts: Any) -> OrderRecorded:
    """An order of $10 as customers tells it, paid when it was placed; `facts` replace those of it."""
    values = {"status": OrderStatus.PAID, "placed_at": NOON, "currency": "USD", "total": 1000, "refunded": 0, **facts}
    return OrderRecorded(order_id=order_id, customer_id=customer_id, **{"paid_at": values["placed_at"]} | values)
