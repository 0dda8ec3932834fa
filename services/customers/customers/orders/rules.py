"""The facts of an order, independent of the sequence of its events, and their effect on the customer's stats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from customers.orders.lines import fitting
from customers.orders.payments import NO_PARTS, Parts, payments_of, returned
from shared.events.customers import OrderStatus
from shared.events.foreign import Buyer, Order, OrderLine, Refund
from shared.events.mending import Mend, Note

# Their ids have 128 characters at most, which is 1.5 KB in JSON. So the list takes 80 KB of an item's 400 KB.
MOST_REFUNDS: Final = 50

_MARK_LENGTH: Final = 16


@dataclass(frozen=True)
class Facts:
    """All known facts of an order. Amounts are in the currency's minor unit. `refunds` are by the refund's id.

    `refunded_beyond` is the sum of the refunds after the first MOST_REFUNDS, whose ids lie in items of their own.
    `named_tax` and `named_shipping` are the sums that refunds named so. Together they may be more than the order has.
    `payments` says how the total was paid, if that is known; `named_to` are the sums that refunds named for each means.
    """

    placed_at: datetime
    currency: str
    total: int
    lines: tuple[OrderLine, ...] = ()
    paid_at: datetime | None = None
    refunds: Mapping[str, int] = field(default_factory=dict)
    refunded_beyond: int = 0
    tax: int = 0
    shipping: int = 0
    discount: int = 0
    named_tax: int = 0
    named_shipping: int = 0
    delivered_at: datetime | None = None
    # The latest cancellation and the latest reinstatement. Only the later of the two counts.
    cancelled_at: datetime | None = None
    reinstated_at: datetime | None = None
    # The latest edit, which the total, its parts and the lines come from.
    edited_at: datetime | None = None
    # The first checkout that any event of it named.
    checkout_id: str | None = None
    # Of the snapshot that the total is of.
    payments: Parts | None = None
    named_to: Parts = NO_PARTS

    @property
    def refunded(self) -> int:
        """The refunded amount, at most the total."""
        return min(self.total, self._refunds)

    @property
    def refunded_to(self) -> Parts | None:
        """The parts of `refunded` by the means that they went back to; None if `payments` are not known."""
        return returned(self.payments, self._refunds, self.named_to) if self.payments else None

    @property
    def _refunds(self) -> int:
        return self.refunded_beyond + sum(self.refunds.values())

    @property
    def refunded_tax(self) -> int:
        """The part of `refunded` that refunds named as tax, at most the order's tax."""
        return min(self.tax, self.named_tax)

    @property
    def refunded_shipping(self) -> int:
        """The part of `refunded` that refunds named as shipping, at most the order's shipping."""
        return min(self.shipping, self.named_shipping)

    @property
    def spent(self) -> int:
        """The money spent after refunds: by other means than points and store credit.

        A refund that arrives before its payment counts only with the payment.
        """
        if self.paid_at is None or self.is_cancelled:
            return 0
        back = self.refunded_to
        return self.payments.other - back.money if self.payments and back else self.total - self.refunded

    def keeps(self, product_id: str) -> bool:
        """Whether the product is in the order, which was paid and neither cancelled nor refunded in whole."""
        is_kept = self.status in {OrderStatus.PAID, OrderStatus.PARTLY_REFUNDED}
        return is_kept and any(line.product_id == product_id for line in self.lines)

    @property
    def is_cancelled(self) -> bool:
        """Whether the latest cancellation is no older than the latest reinstatement."""
        if self.cancelled_at is None:
            return False
        return self.reinstated_at is None or self.cancelled_at >= self.reinstated_at

    @property
    def status(self) -> OrderStatus:
        if self.is_cancelled:
            return OrderStatus.CANCELLED
        if self.paid_at is None:
            return OrderStatus.PLACED
        if not self.refunded:
            return OrderStatus.PAID
        return OrderStatus.REFUNDED if self.refunded == self.total else OrderStatus.PARTLY_REFUNDED


@dataclass(frozen=True)
class Change:
    """The facts that an event or a call adds to the order itself. Empty if the order was only placed."""

    paid_at: datetime | None = None
    refund: Refund | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    reinstated_at: datetime | None = None
    edited_at: datetime | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Totals:
    """The sums of one customer's orders in one currency."""

    orders: int = 0
    spent: int = 0
    first_order_at: datetime | None = None
    last_order_at: datetime | None = None

    @property
    def average(self) -> int:
        """The average amount spent on an order, rounded down to the minor unit."""
        return self.spent // self.orders if self.orders else 0


def facts_of(order: Order) -> Facts:
    """The facts in the order system's own snapshot of the order."""
    return Facts(
        order.placed_at,
        order.currency,
        order.total,
        fitting(order.lines),
        tax=order.tax,
        shipping=order.shipping,
        discount=order.discount,
        checkout_id=order.checkout_id,
        payments=payments_of(order),
    )


def notes_of(order: Order, change: Change) -> tuple[Note, ...]:
    """What is mended in the order and in what an event adds to it."""
    summed = len(order.lines) - len(fitting(order.lines))
    is_late = change.paid_at is not None and change.paid_at < order.placed_at
    return (
        *change.notes,
        *([Note("order.lines", Mend.SUMMED, summed + 1)] if summed else []),
        *([Note("paid_at", Mend.REPLACED)] if is_late else []),
    )


def learn(known: Facts | None, told: Facts, change: Change) -> Facts:
    """The facts after one more event.

    The first snapshot of the order stands, and so do the first payment and the first form of each refund. A refund of
    nothing is none. An order is paid when it was placed at the earliest. The earliest delivery counts, the latest
    cancellation, the latest reinstatement and the latest edit. The payments are of the snapshot that the total is of.
    """
    facts = _edited(known or told, told, change)
    return replace(
        _with_refund(facts, change.refund),
        paid_at=_paid_at(facts, change),
        delivered_at=min(_known(facts.delivered_at, change.delivered_at), default=None),
        cancelled_at=max(_known(facts.cancelled_at, change.cancelled_at), default=None),
        reinstated_at=max(_known(facts.reinstated_at, change.reinstated_at), default=None),
        checkout_id=facts.checkout_id or told.checkout_id,
        payments=facts.payments or _payments_told(facts, told),
    )


def _edited(facts: Facts, told: Facts, change: Change) -> Facts:
    """The facts with what an edit changes: total and lines. Of two edits at one moment the one of less money counts."""
    if change.edited_at is None or told.currency != facts.currency:
        return facts
    if facts.edited_at and (facts.edited_at, -facts.total) >= (change.edited_at, -told.total):
        return facts
    return replace(
        facts,
        total=told.total,
        tax=told.tax,
        shipping=told.shipping,
        discount=told.discount,
        lines=told.lines,
        edited_at=change.edited_at,
        payments=told.payments,
    )


def _payments_told(facts: Facts, told: Facts) -> Parts | None:
    """The payments that a later snapshot of the same order tells. What an edit does not tell, no other event does."""
    is_same = facts.edited_at is None and (facts.total, facts.currency) == (told.total, told.currency)
    return told.payments if is_same else None


def _paid_at(facts: Facts, change: Change) -> datetime | None:
    """The first payment. The clocks of a shop and of its payment provider differ: it is no earlier than the order."""
    if facts.paid_at or change.paid_at is None:
        return facts.paid_at
    return max(change.paid_at, facts.placed_at)


def _with_refund(facts: Facts, refund: Refund | None) -> Facts:
    """The facts with one more refund, unless it is of nothing or its id is known."""
    if refund is None or not refund.amount or refund.id in facts.refunds:
        return facts
    parts = replace(
        facts,
        named_tax=facts.named_tax + (refund.tax or 0),
        named_shipping=facts.named_shipping + (refund.shipping or 0),
        named_to=facts.named_to.plus(Parts.of(refund.to)),
    )
    if is_full(facts):
        return replace(parts, refunded_beyond=facts.refunded_beyond + refund.amount)
    return replace(parts, refunds={**facts.refunds, refund.id: refund.amount})


def is_full(facts: Facts) -> bool:
    """Whether the order's item lists as many refunds as it may."""
    return len(facts.refunds) >= MOST_REFUNDS


def differ(known: Facts, told: Facts, change: Change | None = None) -> bool:
    """Whether two snapshots of one order contradict each other. An edit makes other lines and another total."""
    if differ_in_money(known, told, change) or known.placed_at != told.placed_at:
        return True
    if known.checkout_id and told.checkout_id and known.checkout_id != told.checkout_id:
        return True
    if _is_edited(known, change):
        return False
    paid_otherwise = known.payments and told.payments and known.payments != told.payments
    return bool(paid_otherwise) or _as_placed(known) != _as_placed(told)


def differ_in_money(known: Facts, told: Facts, change: Change | None = None) -> bool:
    """Whether two snapshots of one order name different sums, and no edit explains it."""
    if known.currency != told.currency:
        return True
    return not _is_edited(known, change) and known.total != told.total


def _is_edited(known: Facts, change: Change | None) -> bool:
    return known.edited_at is not None or (change is not None and change.edited_at is not None)


def mark_of(order_id: str, buyer: Buyer) -> str | None:
    """A short hash of the buyer as told, to recognise the same buyer. None if nobody is named."""
    email = (buyer.email or "").strip().lower()
    if not buyer.id and not email:
        return None
    return hashlib.sha256(json.dumps([order_id, buyer.id, email]).encode()).hexdigest()[:_MARK_LENGTH]


def _as_placed(facts: Facts) -> tuple[object, ...]:
    """The values that all snapshots of one order must have in common."""
    amounts = (facts.total, facts.tax, facts.shipping, facts.discount)
    return (facts.placed_at, facts.currency, amounts, facts.lines)


def _known(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def contradicts(known: Facts, change: Change) -> bool:
    """Whether the refund is known already with another amount."""
    refund = change.refund
    return refund is not None and refund.amount > 0 and known.refunds.get(refund.id, refund.amount) != refund.amount


def count(totals: Totals, order: Facts, counted: int | None) -> Totals:
    """The totals after counting the order. `counted` is its amount that they contain already, None for a new order."""
    first, last = totals.first_order_at, totals.last_order_at
    return Totals(
        orders=totals.orders + (counted is None),
        spent=totals.spent + order.spent - (counted or 0),
        first_order_at=min(first, order.placed_at) if first else order.placed_at,
        last_order_at=max(last, order.placed_at) if last else order.placed_at,
    )
