"""What is known of an order, whatever order its events come in, and what it adds to its customer's stats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.events.customers import OrderStatus
from shared.events.foreign import Order, OrderLine, Refund


@dataclass(frozen=True)
class Facts:
    """All that is known of an order. Amounts are in the currency's minor unit; `refunds` by the refund's id."""

    placed_at: datetime
    currency: str
    total: int
    lines: tuple[OrderLine, ...] = ()
    paid_at: datetime | None = None
    refunds: Mapping[str, int] = field(default_factory=dict)
    tax: int = 0
    shipping: int = 0
    discount: int = 0
    delivered_at: datetime | None = None
    # The latest of each, whichever counts.
    cancelled_at: datetime | None = None
    reinstated_at: datetime | None = None

    @property
    def refunded(self) -> int:
        """What was given back: never more than there was to give."""
        return min(self.total, sum(self.refunds.values()))

    @property
    def spent(self) -> int:
        """What the customer has spent on it for good. A refund known before its payment waits for it."""
        return self.total - self.refunded if self.paid_at and not self.is_cancelled else 0

    @property
    def is_cancelled(self) -> bool:
        """Whether its last cancellation is no older than its last reinstatement."""
        if self.cancelled_at is None:
            return False
        return self.reinstated_at is None or self.cancelled_at >= self.reinstated_at

    @property
    def status(self) -> OrderStatus:
        """How far the order has come."""
        if self.is_cancelled:
            return OrderStatus.CANCELLED
        if self.paid_at is None:
            return OrderStatus.PLACED
        if not self.refunded:
            return OrderStatus.PAID
        return OrderStatus.REFUNDED if self.refunded == self.total else OrderStatus.PARTLY_REFUNDED


@dataclass(frozen=True)
class Change:
    """What an event or a call says of an order beside the order itself; nothing, when it was only placed."""

    paid_at: datetime | None = None
    refund: Refund | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    reinstated_at: datetime | None = None


@dataclass(frozen=True)
class Totals:
    """What one customer's orders come to in one currency."""

    orders: int = 0
    spent: int = 0
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None

    @property
    def average(self) -> int:
        """The average an order, rounded down to the minor unit."""
        return self.spent // self.orders if self.orders else 0


def facts_of(order: Order) -> Facts:
    """The order as its system tells it."""
    return Facts(
        order.placed_at,
        order.currency,
        order.total,
        tuple(order.lines),
        tax=order.tax,
        shipping=order.shipping,
        discount=order.discount,
    )


def learn(known: Facts | None, told: Facts, change: Change) -> Facts:
    """What is known after one more event.

    The first account of the order, its payment and each refund stands; of deliveries the earliest counts, of
    cancellations and reinstatements the latest.
    """
    facts = known or told
    refunds = dict(facts.refunds)
    if change.refund:
        refunds.setdefault(change.refund.id, change.refund.amount)
    return replace(
        facts,
        paid_at=facts.paid_at or change.paid_at,
        refunds=refunds,
        delivered_at=min(_known(facts.delivered_at, change.delivered_at), default=None),
        cancelled_at=max(_known(facts.cancelled_at, change.cancelled_at), default=None),
        reinstated_at=max(_known(facts.reinstated_at, change.reinstated_at), default=None),
    )


def differ(known: Facts, told: Facts) -> bool:
    """Whether two accounts of one order contradict each other."""
    return _as_placed(known) != _as_placed(told)


def _as_placed(facts: Facts) -> tuple[object, ...]:
    """What every account of one order says alike."""
    amounts = (facts.total, facts.tax, facts.shipping, facts.discount)
    return (facts.placed_at, facts.currency, amounts, facts.lines)


def _known(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def contradicts(known: Facts, change: Change) -> bool:
    """Whether a refund is already known with another amount."""
    refund = change.refund
    return refund is not None and known.refunds.get(refund.id, refund.amount) != refund.amount


def count(totals: Totals, order: Facts, counted: int | None) -> Totals:
    """The totals with the order as it is now; `counted` is what of its money they hold already, None of a new one."""
    first, last = totals.first_order_at, totals.last_order_at
    return Totals(
        orders=totals.orders + (counted is None),
        spent=totals.spent + order.spent - (counted or 0),
        first_order_at=min(first, order.placed_at) if first else order.placed_at,
        last_order_at=max(last, order.placed_at) if last else order.placed_at,
    )
