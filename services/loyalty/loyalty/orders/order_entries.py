"""What is stored of one order: what it earned, and what became of that. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final, Self

from loyalty.days import NEVER
from loyalty.ledger.balances import NO_LOTS, Activation, Lots
from loyalty.orders.order_lots import OrderLots, Place
from shared.events.customers import OrderRecorded

# Where the entries lie in the order's partition; those of settlements by the order's version, and so in its order.
EARNED: Final = "EARN"
SETTLED: Final = "SETTLE#"
DELIVERED: Final = "DELIVERED"


@dataclass(frozen=True)
class Earning:
    """The entry of an order's points, or of a first referral reward. Money is in the minor unit.

    `brought` are the referrals that count the order.
    """

    account: str
    points: int
    at: Place
    version: int = 0
    total: int = 0
    currency: str = ""
    placed: date | None = None
    lot: date = NEVER
    activates_on: date | None = None
    brought: tuple[str, ...] = ()

    @property
    def customer_id(self) -> str:
        """Whose account it is in."""
        return self.account.partition("#")[0]


@dataclass(frozen=True)
class Delivery:
    """The entry that a delivery caused: its points are activated on another day, or (None) were so at once."""

    activates_on: date | None


@dataclass(frozen=True)
class Settlement:
    """An entry that took points back or (negative) gave them back, when so much of the order's money was reversed.

    Of the points taken back some were `still_in_lot`, `already_expired` or `forgiven`. `lot` is where points were given
    back, if that is not the order's own lot.
    """

    at: Place
    version: int = 0
    reversed_money: int = 0
    taken_back: int = 0
    still_in_lot: int = 0
    already_expired: Lots = field(default_factory=lambda: NO_LOTS)
    forgiven: int = 0
    lot: date | None = None


@dataclass(frozen=True)
class ReversedMark:
    """How much money was reversed of an order that earned nothing, at its newest version.

    `item_version` is that of the stored item.
    """

    version: int
    total: int
    money: int
    is_cancelled: bool
    item_version: int | None = None


@dataclass(frozen=True)
class OrderEntries:
    """The entries of an order, its settlements by rising version; nothing is in it of an order never heard of."""

    earned: Earning | None = None
    delivered: Delivery | None = None
    settled: tuple[Settlement, ...] = ()
    mark: ReversedMark | None = None

    def is_news(self, version: int) -> bool:
        """Whether this version of the order is newer than what was posted for it."""
        settled = max((each.version for each in self.settled), default=0)
        return version > settled and version >= (self.earned.version if self.earned else 0)

    @property
    def lot(self) -> date:
        """The lot that its points fell into: one that would have ended before their activation ends on that day."""
        if self.earned is None:
            return NEVER
        days = (self.earned.activates_on, self.delivered and self.delivered.activates_on)
        return max([self.earned.lot, *(day for day in days if day)])

    @property
    def activation(self) -> Activation | None:
        """Where its points wait, or waited; None when they could be used at once."""
        newest = self.delivered or self.earned
        return Activation(newest.activates_on, self.lot) if newest and newest.activates_on else None

    @property
    def reversed_money(self) -> int:
        """How much of its money was refunded or cancelled when it was last settled."""
        return self.settled[-1].reversed_money if self.settled else 0

    @property
    def taken_back(self) -> int:
        """How many of its points are taken back."""
        return sum(each.taken_back for each in self.settled)

    @property
    def remaining(self) -> int:
        """How many of its points are not taken back."""
        return (self.earned.points if self.earned else 0) - self.taken_back

    @property
    def lots(self) -> OrderLots:
        """The lots of the points that remain, and what became of those that were taken back."""
        if self.earned is None:
            return OrderLots()
        lots = OrderLots.earned(self.earned.points, self.lot, self.earned.at)
        for each in self.settled:
            if each.taken_back > 0:
                lots.take_back(each.taken_back, each.still_in_lot, each.already_expired, each.forgiven)
            elif each.taken_back < 0:
                lots.give_back(-each.taken_back, each.lot or self.lot, each.at)
        return lots


def reversed_amount(order: OrderRecorded) -> int:
    """How much of an order's money was refunded: all of one that is cancelled."""
    return order.total if order.cancelled_at else order.refunded


@dataclass(frozen=True)
class ReversedShare:
    """The share of an order that is refunded or cancelled, at one of its versions; `reinstated` if more was before."""

    order_id: str
    version: int
    share: Fraction
    reinstated: bool = False

    @classmethod
    def told(cls, order: OrderRecorded, version: int) -> Self:
        """As the order says it."""
        share = _share(reversed_amount(order), order.total, is_cancelled=order.cancelled_at is not None)
        return cls(order.order_id, version, share, order.reinstated_at is not None)

    @classmethod
    def known(cls, order_id: str, entries: OrderEntries) -> Self | None:
        """As it was stored when the order was last heard of; None when nothing was."""
        known = []
        if earned := entries.earned:
            versions = [*((each.version, each.reversed_money) for each in entries.settled), (earned.version, 0)]
            known = [
                cls(order_id, version, _share(money, earned.total, is_cancelled=False)) for version, money in versions
            ]
        if mark := entries.mark:
            known.append(cls(order_id, mark.version, _share(mark.money, mark.total, is_cancelled=mark.is_cancelled)))
        return max(known, key=lambda each: each.version, default=None)


def _share(reversed_money: int, total: int, *, is_cancelled: bool) -> Fraction:
    """Of an order that cost no money nothing is reversed until it is cancelled."""
    if is_cancelled:
        return Fraction(1)
    return Fraction(reversed_money, total) if total else Fraction(0)
