"""What an order's `payments` mean to the ledgers (docs/decisions/0024). Pure.

Whatever points and credit paid earns nothing and has no part in the money of an order. Refunds return to each means
the share of it that they name.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, Self

from shared.events.customers import OrderRecorded


class Returned(NamedTuple):
    """The returned shares of what points and store credit paid, in a form that a ledger entry can keep.

    A means that the order names is returned in money: `points` of `paid_by_points`. Of one that it does not name the
    two are a share alone.
    """

    points: int
    paid_by_points: int
    credit: int
    paid_by_credit: int
    names_points: bool = False
    names_credit: bool = False

    @classmethod
    def of(cls, order: OrderRecorded) -> Self | None:
        """None if the order does not say how it was paid, or if nothing of it is returned.

        What paid for an order without its `payments` saying so returns with the whole.
        """
        paid, back = order.payments, order.refunded_to
        if paid is None:
            return None
        if order.cancelled_at:
            return cls(1, 1, 1, 1)
        if back is None or not back.whole:
            return None
        return cls(
            *((back.points, paid.points) if paid.points else (back.whole, paid.whole)),
            *((back.credit, paid.credit) if paid.credit else (back.whole, paid.whole)),
            bool(paid.points),
            bool(paid.credit),
        )

    @property
    def is_all(self) -> bool:
        """Whether both are returned in whole."""
        return self.points >= self.paid_by_points and self.credit >= self.paid_by_credit

    def share(self, account: str, worth: int) -> Fraction:
        """The returned share of what an account of this name paid, if all of the same means paid so much.

        An order may name less than that, by an edit or by mistake: a refund gives back no more than it says.
        """
        if is_credit(account):
            return Fraction(self.credit, max(self.paid_by_credit, worth if self.names_credit else 0))
        return Fraction(self.points, max(self.paid_by_points, worth if self.names_points else 0))


def is_credit(account: str) -> bool:
    """Whether an account of this name has store credit, and not points."""
    return "#" in account


def in_money(order: OrderRecorded) -> OrderRecorded:
    """The order without what points and credit paid of it, and without what of that its refunds returned.

    Points and credit pay for goods first, then shipping, then tax, as if they had been taken off the total.
    """
    if order.payments is None:
        return order
    back = order.refunded_to
    total, refunded = order.payments.other, back.other + back.new_credit if back else 0
    tax = min(order.tax, total)
    shipping = min(order.shipping, total - tax)
    refunded_tax = min(order.refunded_tax, tax, refunded)
    money = {
        "total": total,
        "tax": tax,
        "shipping": shipping,
        "refunded": refunded,
        "refunded_tax": refunded_tax,
        "refunded_shipping": min(order.refunded_shipping, shipping, refunded - refunded_tax),
    }
    return order.model_copy(update=money)
