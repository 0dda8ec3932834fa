"""The postings of refunds and reinstatements, for earned points and for spent points or credit. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Self

from loyalty.ledger import rules
from loyalty.ledger.balances import (
    NO_GRACE_LOTS,
    NO_LOTS,
    Balances,
    GraceLots,
    Lots,
    Posting,
    Taken,
    latest,
    negative,
    plus,
    trimmed,
    write_grace_lots,
    write_lots,
)
from loyalty.ledger.reversals import LotShare, reinstate, reverse
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.terms import Terms
from loyalty.orders.order_entries import Earning, Kept, Most, OrderEntries, reversed_amount
from loyalty.orders.payment.means import Returned
from loyalty.programme.models import BelowZero
from shared.events.customers import OrderRecorded


@dataclass(frozen=True)
class Change:
    """A posting, and the facts that its entry keeps for later settlements."""

    posting: Posting
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class ReversedShare:
    """The refunded or cancelled share of an order, at one version; `reinstated` if it was larger before.

    `is_paid` is set if the order itself says that it was paid. `customer_id` is whose order it is, if that is known.
    `returned` says more of an order that says how it was paid: points and credit may be returned in other shares.
    """

    order_id: str
    version: int
    share: Fraction
    reinstated: bool = False
    is_paid: bool = False
    customer_id: str | None = None
    returned: Returned | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all of the order is reversed: its money, and whatever points and credit paid."""
        return self.share == 1 and (self.returned is None or self.returned.is_all)

    def of(self, spending: Spending) -> int:
        """The reversed amount of a spending. The price of gifts comes back with the whole order, and not before."""
        share = self.returned.share(spending.account, spending.worth) if self.returned else self.share
        gifts = spending.gifts if self.is_whole else 0
        return int((sum(spending.spent.lots.values()) - spending.gifts) * share) + gifts

    @classmethod
    def told(cls, order: OrderRecorded, version: int) -> Self:
        """The share that the order itself states, as it was told."""
        share = _share(reversed_amount(order), order.total, is_whole=order.cancelled_at is not None)
        is_reinstated, is_paid = order.reinstated_at is not None, order.paid_at is not None
        return cls(order.order_id, version, share, is_reinstated, is_paid, order.customer_id, Returned.of(order))

    @classmethod
    def known(cls, order_id: str, entries: OrderEntries) -> Self | None:
        """The share that was last stored; None when nothing was stored."""
        known = []
        if earned := entries.earned:
            for each in entries.settled:
                total = earned.total if each.total is None else each.total
                share = _share(each.reversed_money, total, is_whole=not total and each.returned is not None)
                known.append(cls(order_id, each.version, share, returned=each.returned))
            # Last: a settlement of the same version says more.
            known.append(cls(order_id, earned.version, Fraction(0)))
        if mark := entries.mark:
            share = _share(mark.money, mark.total, is_whole=mark.is_cancelled)
            known.append(cls(order_id, mark.version, share, returned=mark.returned))
        newest = max(known, key=lambda each: each.version, default=None)
        return replace(newest, customer_id=earned.customer_id) if newest and earned else newest


def _share(reversed_money: int, total: int, *, is_whole: bool) -> Fraction:
    """The reversed share of the money; `is_whole` says so of an order that cost none, or was cancelled."""
    if is_whole:
        return Fraction(1)
    return Fraction(reversed_money, total) if total else Fraction(0)


def taken_back_target(earned: int, total: int, refunded: int) -> int:
    """The number of `earned` points to take back once `refunded` of `total` (minor units) is refunded.

    Both amounts are of the money that earned. The customer keeps points in proportion to the money not refunded,
    rounded down. A whole refund leaves none.
    """
    stays = max(total - refunded, 0)
    return earned - (earned * stays // total if total else 0)


def all_to_take_back(earned: Earning, worth: int, kept: Kept, most: Most | None = None) -> int:
    """The number of its points to have taken back of an order that is `worth` so many, and keeps so much of its money.

    It is negative once an edit left more goods than earned at first. If the edited order would have more than its
    `most`, its points are those in proportion to what is not refunded.
    """
    whole = earned.in_steps(Kept(most.money, kept.of)) if most else None
    kept = earned.in_steps(kept)
    if most and whole and whole.of and worth * whole.money // whole.of > most.points:
        return earned.points - most.points + taken_back_target(most.points, whole.money, whole.money - kept.money)
    return earned.points - worth + taken_back_target(worth, kept.of, kept.of - kept.money)


def take_back(before: Balances, entries: OrderEntries, amount: int, shares: Sequence[LotShare], terms: Terms) -> Change:
    """Take back `amount` of the earned points. Points already spent are owed or forgiven, as the programme says.

    `shares` are the remaining points, newest first, with the points that expired in their lots.
    """
    forgives = terms.programme.refunds.below_zero is BelowZero.FLOOR
    posting = reverse(before, amount, shares, activation=entries.activation, forgives=forgives)
    return Change(posting, _facts_of(posting))


def give_back(before: Balances, entries: OrderEntries, amount: int, terms: Terms) -> Change:
    """Give back `amount` of the points that were taken last. Expired and forgiven points do not come back.

    The points return to the order's own lot. If it has ended, they expire.
    """
    waits = entries.activation.on if entries.activation and entries.activation.on > terms.today else None
    already_expired, forgiven = entries.lots.lost_of_last(amount)
    posting = reinstate(
        before, amount, entries.lot, expired_before_reversal=already_expired, forgiven=forgiven, activates_on=waits
    )
    return Change(posting, _facts_of(posting))


def change_reward(
    before: Balances, entries: OrderEntries, shares: Sequence[LotShare], terms: Terms, *, grants: bool
) -> Change | None:
    """Grant a referral reward again, or withdraw it.

    The amount is always the first grant's, whatever the programme says now. None if nothing was granted at first.
    """
    if entries.earned is None or not entries.earned.points:
        return None
    if grants:
        return give_back(before, entries, entries.taken_back, terms)
    return take_back(before, entries, entries.remaining, shares, terms)


@dataclass(frozen=True)
class Restored:
    """An entry that restored spent lots, or (negative) spent lots again, at a version of the order.

    `graced` are the parts spent again that came from grace lots.
    """

    version: int
    lots: Lots
    graced: GraceLots = field(default_factory=lambda: NO_GRACE_LOTS)


@dataclass(frozen=True)
class Spending:
    """The amount that an account paid for an order, by lot, and the `later` entries that restored it.

    `account` is the account's name when it paid; the account may have been merged since. `worth` is what all that paid
    for the order by the same means paid of it, in the minor unit. `claims` are those of the rewards that it paid, and
    `gifts` the price of those among them that took nothing off.
    """

    account: str
    spent: Taken
    later: tuple[Restored, ...] = ()
    worth: int = 0
    claims: tuple[str, ...] = ()
    gifts: int = 0

    @property
    def restored(self) -> Lots:
        """The amounts that are restored now, by the lots that they were spent from.

        A lot that was spent from only after a reinstatement has a negative amount.
        """
        lots: Lots = NO_LOTS
        for each in self.later:
            lots = plus(lots, each.lots)
        return lots

    @property
    def unrestored(self) -> Taken:
        """The amounts that are spent now, by the lots that they came from."""
        lots, graced = plus(self.spent.lots, negative(self.restored)), self.spent.graced
        for each in self.later:
            graced = plus(graced, each.graced)
        return Taken(lots, trimmed(graced, lots))

    def is_back_after(self, change: Change) -> bool:
        """Whether all of it is restored once a change is posted."""
        returned: int = sum((change.facts.get("of") or {}).values())
        return sum(self.restored.values()) + returned >= sum(self.spent.lots.values())

    @property
    def version(self) -> int:
        """The newest version of the order that was settled for this account."""
        return max((each.version for each in self.later), default=0)


def settle_spent(
    before: Balances, spending: Spending, share: ReversedShare, known: ReversedShare | None, policy: ReturnPolicy
) -> Change | None:
    """Restore the reversed share of a spending, or spend again a part that was restored before.

    Lots that expire latest are restored first. None when nothing changes, or when a version newer than the share's is
    `known`: a later spending may have no entry for that version.
    """
    if share.version < max(spending.version, known.version if known else 0):
        return None
    amount = share.of(spending) - sum(spending.restored.values())
    # A reinstatement that changes nothing is posted too: the event of the earlier cancellation may still arrive.
    if amount == 0 and not (share.reinstated and share.version > spending.version):
        return None
    facts = {"version": share.version, "order": share.order_id}
    if amount >= 0:
        spent = spending.unrestored
        lots = latest(spent.lots, amount)
        return Change(rules.restore(before, Taken(lots, spent.graced), policy), {**facts, "of": write_lots(lots)})
    posting = rules.spend_again(before, -amount)
    lots, graced = posting.taken
    # The part that is owed counts as spent from the lots that were restored.
    owed = latest({day: part for day, part in spending.restored.items() if part > 0}, posting.owed)
    of = negative(plus(lots, owed))
    return Change(posting, {**facts, "of": write_lots(of), "graced": write_grace_lots(graced) or None})


def _facts_of(posting: Posting) -> dict[str, Any]:
    return {
        "taken_back": posting.taken_back or None,
        "own": posting.still_in_lot or None,
        "written_off": write_lots(posting.expired_before_reversal) or None,
        "forgiven": posting.forgiven or None,
    }
