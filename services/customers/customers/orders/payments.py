"""How an order was paid, and what of each means its refunds gave back (docs/decisions/0024). Pure.

All amounts are in the minor unit of the order's currency; points stand at their worth in money.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Self

from shared.events.foreign import Means, Order, ReturnedMeans


class Parts(NamedTuple):
    """An amount by its means: points, store credit, and everything else.

    Nothing is paid by `new_credit`: refunds give it for what other means had paid.
    """

    points: int = 0
    credit: int = 0
    other: int = 0
    new_credit: int = 0

    @classmethod
    def of(cls, means: ReturnedMeans | None) -> Self:
        return cls(means.points, means.credit, means.other, means.new_credit) if means else cls()

    @property
    def money(self) -> int:
        """What is neither points nor the store credit that paid."""
        return self.other + self.new_credit

    def plus(self, more: Parts) -> Parts:
        return Parts(*(one + other for one, other in zip(self, more, strict=True)))


NO_PARTS: Final = Parts()


def payments_of(order: Order) -> Parts | None:
    """How the order's whole total was paid. What no part names was paid by other means. None if it does not say."""
    means = order.payments
    return Parts(means.points, means.credit, order.total - means.points - means.credit) if means else None


def means_of(parts: Parts | None) -> Means | None:
    """The parts that paid, as events and answers tell them."""
    return Means(points=parts.points, credit=parts.credit, other=parts.other) if parts else None


def returned_means_of(parts: Parts | None) -> ReturnedMeans | None:
    """The parts that went back, as events and answers tell them."""
    return ReturnedMeans(**parts._asdict()) if parts else None


def returned(paid: Parts, refunded: int, named: Parts) -> Parts:
    """What of each means the refunds of an order gave back. The parts sum to `refunded`, at most what was paid.

    `refunded` and `named` are sums over all refunds, so their order of arrival is all one. What the refunds did not
    name is in proportion to what was paid. What exceeds a means counts as given back by the others: other means first,
    then credit, then points.
    """
    whole = sum(paid)
    unnamed = _in_proportion(min(refunded - sum(named), whole), paid)
    points = min(named.points + unnamed.points, paid.points)
    credit = min(named.credit + unnamed.credit, paid.credit)
    money = min(named.money + unnamed.other, paid.other)
    beyond = min(refunded, whole) - points - credit - money
    to_money = min(beyond, paid.other - money)
    to_credit = min(beyond - to_money, paid.credit - credit)
    money += to_money
    new_credit = min(named.new_credit, money)
    return Parts(points + beyond - to_money - to_credit, credit + to_credit, money - new_credit, new_credit)


def _in_proportion(amount: int, paid: Parts) -> Parts:
    """The amount in proportion to what was paid: points rounded down, then credit, and the rest by other means.

    No part exceeds what was paid of it, if the amount does not.
    """
    points = _share(amount, paid.points, sum(paid))
    credit = _share(amount - points, paid.credit, paid.credit + paid.other)
    return Parts(points, credit, amount - points - credit)


def _share(amount: int, part: int, whole: int) -> int:
    return amount * part // whole if whole else 0
