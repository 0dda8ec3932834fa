"""An order as it was told, with the terms of its own time. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Self

from loyalty.earning.models import Earned
from loyalty.earning.quota import Quota
from loyalty.ledger.terms import Terms
from loyalty.orders.order_entries import (
    SHIPPING,
    TAX,
    Earning,
    Kept,
    Most,
    OrderEntries,
    goods_of,
    kept_of,
    reversed_amount,
)
from loyalty.orders.payment.means import Returned
from loyalty.points.rules import MOST_LATE, EarnedTotals, lot_for, plausible
from loyalty.programme.models import PendingUntil
from loyalty.programme.sections import Counted, EarnOn
from shared.events.customers import OrderRecorded

# An event is on its way for a second or two, unless it is tried again.
_ON_TIME: Final = timedelta(seconds=10)


@dataclass(frozen=True)
class RecordedOrder:
    """An order at one version, under the current terms, and under the terms of its own time.

    Its amounts are money: `order` is without what points and store credit paid of it (`in_money`).
    `own` are the terms at the moment at which the order earns; the current ones if they are not given. `told_at` is
    the moment at which this version was told; now if it is not given.
    """

    order: OrderRecorded
    version: int
    terms: Terms
    then: Terms | None = None
    told_at: datetime | None = None

    @classmethod
    def of(cls, order: OrderRecorded, version: int, terms: Terms, at: Callable[[datetime], Terms]) -> Self:
        """The order under `terms` and, whenever its event arrives, under the terms at its own time."""
        then = at(plausible(order.placed_at, terms.now))
        if order.paid_at and then.programme.earning.on is EarnOn.PAID:
            then = at(plausible(max(order.paid_at, order.placed_at), terms.now))
        return cls(order, version, terms, then)

    @property
    def own(self) -> Terms:
        return self.then or self.terms

    @property
    def moment(self) -> datetime:
        """The order's own moment: of its payment, if that lets it earn."""
        order = self.order
        is_by_payment = self.own.programme.earning.on is EarnOn.PAID and order.paid_at
        return max(order.paid_at or order.placed_at, order.placed_at) if is_by_payment else order.placed_at

    @property
    def acted_at(self) -> datetime:
        """When something that may raise the tier last happened to the order: its own moment, or a later change."""
        changes = (self.order.edited_at, self.order.reinstated_at)
        return max(self.moment, *(change or self.moment for change in changes))

    @property
    def counts_on(self) -> date:
        """The day on which the order counts towards a tier."""
        return self.own.programme.day_of(self.moment)

    def opened_at(self, before: datetime | None) -> datetime:
        """The moment at which the account began: an older order may arrive after the registration."""
        return min(before or self.order.placed_at, self.order.placed_at)

    def quota(self, totals: EarnedTotals | None) -> Quota:
        """An account's quota as of the order's own day."""
        return Quota.of(totals, self.own.today, self.terms.today)

    @property
    def earns(self) -> bool:
        """Whether the order's state lets it earn, and it cost money: a free order leaves no entry."""
        on = self.own.programme.earning.on
        return self.order.total > 0 and (on is EarnOn.PLACED or self.order.paid_at is not None)

    def left_out(self, earned: Earned) -> int:
        """The money of goods that earned nothing, in minor units."""
        return math.ceil(goods_of(self.order) * earned.left_out)

    def stays_of(self, earned: Earned) -> int:
        """The part of the amount that earned which is not reversed, in minor units; 0 in a foreign currency."""
        if self.order.currency != self.own.programme.currency:
            return 0
        kept = self.kept(self.counted_parts, self.left_out(earned))
        return earned.base * kept.money // kept.of

    @property
    def is_changed(self) -> bool:
        """Whether anything was ever reversed or edited, or the order may have earned on more than its money."""
        order = self.order
        if order.refunded or order.cancelled_at or order.reinstated_at or order.edited_at or self.returned:
            return True
        is_by_placing = self.own.programme.earning.on is EarnOn.PLACED and order.paid_at is not None
        return order.payments is not None and (order.payments_late or is_by_placing)

    @property
    def returned(self) -> Returned | None:
        """The returned shares of what points and credit paid, where `payments` tell more than the money does."""
        return Returned.of(self.order)

    @property
    def is_late(self) -> bool:
        """Whether the event took so long that a newer one is probably heard already."""
        return self.told_at is not None and self.terms.now - self.told_at > _ON_TIME

    @property
    def ends_waiting(self) -> bool:
        """Whether the order was delivered, and the programme activates points on delivery."""
        return self.order.delivered_at is not None and self.own.programme.pending.until is PendingUntil.DELIVERY

    @property
    def reversed_money(self) -> int:
        """The reversed money in minor units; the total once the order is cancelled."""
        return reversed_amount(self.order)

    @property
    def kept_money(self) -> int:
        """The money that stays with the shop, in minor units."""
        return self.order.total - self.reversed_money

    def keeps_less_than(self, entries: OrderEntries) -> bool:
        """Whether the shop keeps less money than at the last settlement, or as much money and less of the rest."""
        if self.kept_money == entries.kept_money:
            return self.returned not in {None, entries.returned}
        return self.kept_money < entries.kept_money

    @property
    def counted_parts(self) -> list[str]:
        """The parts of the total that earn beside the goods."""
        order, earning = self.order, self.own.programme.earning
        parts = {SHIPPING: (order.shipping, earning.shipping), TAX: (order.tax, earning.tax)}
        return [part for part, (amount, counted) in parts.items() if amount and counted is Counted.INCLUDED]

    def kept(self, counted: Collection[str], left_out: int = 0) -> Kept:
        """The earning money that is left of the order: its goods but those `left_out`, and the `counted` parts."""
        return kept_of(self.order, counted, left_out)

    def kept_of(self, earned: Earning) -> Kept:
        """The earning money that is left, of what earned at first. An edit may leave more."""
        kept = self.kept(earned.counted, earned.left_out)
        if earned.earning is not None:
            return Kept(kept.money, earned.earning)
        # An entry of an earlier release does not know what earned; until an edit, the order itself does.
        return kept if self.order.total == earned.total else Kept(self.kept_money, earned.total)

    def most_of(self, entries: OrderEntries, totals: EarnedTotals | None) -> Most | None:
        """The most points of an edited order: as many as it ever had, and what the limits on earning leave beside them.

        It is decided once for each edit. None of an order that never earned, or was never edited.
        """
        earned, limits = entries.earned, self.own.programme.earning.limits
        if earned is None or self.order.edited_at is None:
            return None
        whole = self._whole_of(earned)
        decided = entries.settled[-1].most if entries.settled else None
        if decided and decided.money == whole.money:
            return decided
        in_steps = earned.in_steps(whole)
        points = earned.points * in_steps.money // in_steps.of if in_steps.of else 0
        left = self.quota(totals).left(limits, is_kept=self.moment >= self.terms.now - MOST_LATE)
        return Most(points if left is None else min(points, entries.peak + left), whole.money)

    def _whole_of(self, earned: Earning) -> Kept:
        """The order's earning money before refunds, of what earned at first."""
        nothing = {"refunded": 0, "refunded_tax": 0, "refunded_shipping": 0, "cancelled_at": None}
        return replace(self, order=self.order.model_copy(update=nothing)).kept_of(earned)

    @property
    def lot(self) -> date:
        """The lot of the order's points."""
        return lot_for(self.own.programme.day_of(self.order.placed_at), self.own.programme.expiry)

    @property
    def activates_on(self) -> date | None:
        """The day on which the order's points are activated; None means at once."""
        pending, programme, today = self.own.programme.pending, self.own.programme, self.terms.today
        if pending.until is PendingUntil.NONE:
            return None
        if pending.until is PendingUntil.DAYS:
            start, days = programme.day_of(self.order.paid_at or self.order.placed_at), pending.days
        elif self.order.delivered_at:
            start, days = programme.day_of(self.order.delivered_at), pending.days
        else:
            start, days = self.own.today, pending.longest_days
        activates_on = start + timedelta(days=days)
        return activates_on if activates_on > today else None
