"""The entries of one order: its earning, its delivery and its settlements. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from typing import Final, NamedTuple

from loyalty.days import NEVER
from loyalty.earning.tiered import Tiered
from loyalty.ledger.balances import NO_LOTS, Activation, Lots
from loyalty.orders.order_lots import OrderLots, Place
from loyalty.orders.payment.means import Returned
from shared.events.customers import OrderRecorded

# The parts of a total beside the goods, as entries name them.
SHIPPING: Final = "shipping"
TAX: Final = "tax"

# Sort keys of the entries in the order's partition. A settlement's key ends with the order's version, so settlements
# sort by version.
EARNED: Final = "EARN"
SETTLED: Final = "SETTLE#"
DELIVERED: Final = "DELIVERED"
REPRICED: Final = "REPRICED#"  # a settlement that another order caused; a number follows


class Kept(NamedTuple):
    """The part of an order's earning money that its refunds left: `money` of `of` minor units."""

    money: int
    of: int


class Most(NamedTuple):
    """The most `points` of an edited order while nothing of it is refunded; its earning money is then `money`."""

    points: int
    money: int


@dataclass(frozen=True)
class Earning:
    """The entry of an order's points, or of a first referral reward. Money is in the minor unit.

    `brought` names the referrals that count the order, while at least `brings` of its points remain. `counted` names
    the parts that earned beside the goods. `earning` is the money that earned; None in entries of earlier releases.
    `left_out` is the money of goods that earned nothing. `steps` is the amount that earned, and the size of its steps.
    `tiered` is None in those too, and where no lower tier gives fewer points.
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
    brings: int = 1
    counted: tuple[str, ...] = ()
    earning: int | None = None
    left_out: int = 0
    steps: tuple[int, int] | None = None
    tiered: Tiered | None = None

    def in_steps(self, kept: Kept) -> Kept:
        """The kept money as a number of whole steps, if only these earned."""
        if self.steps is None:
            return kept
        amount, step = self.steps
        return Kept(amount * kept.money // (kept.of * step), amount // step)

    @property
    def customer_id(self) -> str:
        return self.account.partition("#")[0]


@dataclass(frozen=True)
class Delivery:
    """The entry that a delivery caused.

    The points are activated on `activates_on`; None means that they were activated at once. `latest` is the latest
    day that any date of delivery named.
    """

    activates_on: date | None
    latest: date | None = None


@dataclass(frozen=True)
class Settlement:
    """An entry that took points back, or (negative) gave points back, once `reversed_money` of `total` was reversed.

    `kept` is the earning money then; None in entries from a time when points followed the whole total.
    Of the points taken back some were `still_in_lot`, `already_expired` or `forgiven`. `lot` is the lot that received
    the points given back; None means the order's own lot.
    """

    at: Place
    version: int = 0
    reversed_money: int = 0
    taken_back: int = 0
    still_in_lot: int = 0
    already_expired: Lots = field(default_factory=lambda: NO_LOTS)
    forgiven: int = 0
    lot: date | None = None
    # Of an edited order; None while the order has the total that earned.
    total: int | None = None
    kept: Kept | None = None
    account: str = ""
    # Of a repriced order: the points that it earns from then on, before refunds.
    worth: int | None = None
    # Of an edited order; None in entries of earlier releases.
    most: Most | None = None
    # Of an order that says how it was paid.
    returned: Returned | None = None


@dataclass(frozen=True)
class ReversedMark:
    """The reversed money of an order that earned nothing, at its newest version.

    `returned` are the shares of what points and credit paid, if the order says how it was paid.
    `item_version` is the version of the stored item.
    """

    version: int
    total: int
    money: int
    is_cancelled: bool
    item_version: int | None = None
    returned: Returned | None = None


@dataclass(frozen=True)
class OrderEntries:
    """The entries of an order, its settlements by rising version. An unknown order has none.

    `repriced` are those that another order caused, oldest first: they changed the tier by which this one earned.
    `most` is that of the order's newest version, which may not be settled yet; None of an order without an edit.
    """

    earned: Earning | None = None
    delivered: Delivery | None = None
    settled: tuple[Settlement, ...] = ()
    repriced: tuple[Settlement, ...] = ()
    mark: ReversedMark | None = None
    most: Most | None = None

    def is_news(self, version: int) -> bool:
        """Whether this version of the order is newer than the newest posted one."""
        settled = max((each.version for each in self.settled), default=0)
        return version > settled and version >= (self.earned.version if self.earned else 0)

    def is_free_since(self, version: int) -> bool:
        """Whether a newer version than this is known, by which the order costs nothing."""
        return self.mark is not None and self.mark.version > version and self.mark.total == 0

    @property
    def lot(self) -> date:
        """The lot of the order's points.

        A lot that would have ended before the activation ends on the day of the activation.
        """
        if self.earned is None:
            return NEVER
        delivered = self.delivered
        days = (self.earned.activates_on, delivered and delivered.activates_on, delivered and delivered.latest)
        return max([self.earned.lot, *(day for day in days if day)])

    @property
    def activation(self) -> Activation | None:
        """Where the order's points wait, or waited; None if they could be used at once."""
        newest = self.delivered or self.earned
        return Activation(newest.activates_on, self.lot) if newest and newest.activates_on else None

    @property
    def returned(self) -> Returned | None:
        """The shares of what points and credit paid that were returned at the last settlement."""
        return self.settled[-1].returned if self.settled else None

    @property
    def money(self) -> tuple[int, int]:
        """The order's total at the last settlement, and what of it was refunded or cancelled, in minor units."""
        earned = self.earned.total if self.earned else 0
        if not self.settled:
            return earned, 0
        newest = self.settled[-1]
        return earned if newest.total is None else newest.total, newest.reversed_money

    @property
    def kept_money(self) -> int:
        """The money that stayed at the last settlement, in minor units."""
        total, reversed_money = self.money
        return total - reversed_money

    @property
    def is_kept(self) -> bool:
        """Whether any of the order's earning money is left."""
        if not self.settled:
            return True
        newest, total = self.settled[-1], self.earned.total if self.earned else 0
        return newest.kept.money > 0 if newest.kept else newest.reversed_money < total

    @property
    def worth(self) -> int:
        """The points that the order earns before refunds: at first, or since it was repriced."""
        newest = self.repriced[-1].worth if self.repriced else None
        return (self.earned.points if self.earned else 0) if newest is None else newest

    def brings_at(self, worth: int) -> int:
        """The least of `worth` points with which the order counts for referrals."""
        earned = self.earned
        if earned is None or worth == earned.points:
            return earned.brings if earned else 1
        return max(earned.brings * worth // earned.points, 1)

    @property
    def in_turn(self) -> list[Settlement]:
        """All settlements, oldest first."""
        if not self.repriced:
            return [*self.settled]
        return sorted((*self.settled, *self.repriced), key=lambda each: (each.version, each.at))

    @property
    def taken_back(self) -> int:
        return sum(each.taken_back for each in (*self.settled, *self.repriced))

    @property
    def peak(self) -> int:
        """The most points that the order ever had. So many of them count for the limits on earning."""
        earned = self.earned.points if self.earned else 0
        had = accumulate((-each.taken_back for each in self.in_turn), initial=earned)
        return max(*had, *(each.most.points for each in self.settled if each.most), 0)

    @property
    def remaining(self) -> int:
        """The number of the order's points that are not taken back."""
        return (self.earned.points if self.earned else 0) - self.taken_back

    @property
    def lots(self) -> OrderLots:
        """The lots of the remaining points, and the outcomes of the points taken back."""
        if self.earned is None:
            return OrderLots()
        lots = OrderLots.earned(self.earned.points, self.lot, self.earned.at)
        for each in self.in_turn:
            if each.taken_back > 0:
                lots.take_back(each.taken_back, each.still_in_lot, each.already_expired, each.forgiven)
            elif each.taken_back < 0:
                lots.give_back(-each.taken_back, each.lot or self.lot, each.at)
        return lots


def reversed_amount(order: OrderRecorded) -> int:
    """The reversed money of an order, in minor units: its refunds, or its total once it is cancelled."""
    return order.total if order.cancelled_at else order.refunded


def kept_of(order: OrderRecorded, counted: Collection[str], left_out: int = 0) -> Kept:
    """The earning money that the order's refunds left: its goods but those `left_out`, and the `counted` parts.

    The parts that refunds named are given back first. The rest gives back goods that earned, then goods that did not,
    then shipping, then tax. If nothing that was paid earned, all is kept until the whole total is reversed.
    """
    goods = goods_of(order)
    earning = max(goods - left_out, 0)
    unnamed = max(order.refunded - order.refunded_tax - order.refunded_shipping, 0)
    left_of_earning, unnamed = _less(earning, unnamed)
    _, unnamed = _less(goods - earning, unnamed)
    left_of_shipping, unnamed = _less(order.shipping - order.refunded_shipping, unnamed)
    left_of_tax, _ = _less(order.tax - order.refunded_tax, unnamed)
    others = {SHIPPING: (order.shipping, left_of_shipping), TAX: (order.tax, left_of_tax)}
    paid = [(earning, left_of_earning), *(others[part] for part in counted)]
    of, left = (sum(amounts) for amounts in zip(*paid, strict=True))
    if not of:
        of, left = 1, int(reversed_amount(order) < order.total)
    return Kept(0 if order.cancelled_at else left, of)


def goods_of(order: OrderRecorded) -> int:
    """The order's total without tax and shipping, in minor units."""
    return max(order.total - order.tax - order.shipping, 0)


def _less(amount: int, taken: int) -> tuple[int, int]:
    """The rest of `amount` after taking from it, and the rest to take."""
    return max(amount - taken, 0), max(taken - amount, 0)
