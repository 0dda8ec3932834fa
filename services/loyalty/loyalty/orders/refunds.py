"""The postings of refunds and reinstatements, for earned points and for spent points or credit. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.ledger import rules
from loyalty.ledger.balances import NO_LOTS, Balances, Lots, Posting, latest, negative, plus, write_lots
from loyalty.ledger.reversals import LotShare, reinstate, reverse
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.terms import Terms
from loyalty.orders.order_entries import OrderEntries, ReversedShare
from loyalty.points.rules import return_policy
from loyalty.programme.models import BelowZero


@dataclass(frozen=True)
class Change:
    """A posting, and the facts that its entry keeps for later settlements."""

    posting: Posting
    facts: Mapping[str, Any]


def take_back(before: Balances, entries: OrderEntries, amount: int, shares: Sequence[LotShare], terms: Terms) -> Change:
    """Take back `amount` of the earned points. Points already spent are owed or forgiven, as the programme says.

    `shares` are the remaining points, newest first, with the points that expired in their lots.
    """
    forgives = terms.programme.refunds.below_zero is BelowZero.FLOOR
    posting = reverse(before, amount, shares, activation=entries.activation, forgives=forgives)
    return Change(posting, _facts_of(posting))


def give_back(before: Balances, entries: OrderEntries, amount: int, terms: Terms) -> Change:
    """Give back `amount` of the points that were taken last. Expired and forgiven points do not come back.

    The points return to the order's own lot, or to a grace lot once that has ended.
    """
    has_ended = entries.lot < terms.today
    lot = return_policy(terms.programme, terms.today).grace_until if has_ended else entries.lot
    waits = entries.activation.on if entries.activation and entries.activation.on > terms.today else None
    already_expired, forgiven = entries.lots.lost_of_last(amount)
    posting = reinstate(
        before, amount, lot, expired_before_reversal=already_expired, forgiven=forgiven, activates_on=waits
    )
    return Change(posting, {**_facts_of(posting), "lot": lot.isoformat() if lot != entries.lot else None})


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
    """An entry that restored spent lots, or (negative) spent them again, at a version of the order."""

    version: int
    lots: Lots


@dataclass(frozen=True)
class Spending:
    """The amount that an account paid for an order, by lot, and the `later` entries that restored it.

    `account` is the account's name when it paid; the account may have been merged since.
    """

    account: str
    spent: Lots
    later: tuple[Restored, ...] = ()

    @property
    def restored(self) -> Lots:
        """The amounts that are restored now, by the lots that they were spent from."""
        lots: Lots = NO_LOTS
        for each in self.later:
            lots = plus(lots, each.lots)
        return lots

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
    target = int(sum(spending.spent.values()) * share.share)
    restored = spending.restored
    amount = target - sum(restored.values())
    # A reinstatement that changes nothing is posted too: the event of the earlier cancellation may still arrive.
    if amount == 0 and not (share.reinstated and share.version > spending.version):
        return None
    if amount >= 0:
        lots = latest(plus(spending.spent, negative(restored)), amount)
        posting = rules.restore(before, lots, policy)
    else:
        lots = negative(latest(restored, -amount))
        posting = rules.spend_again(before, -amount)
    return Change(posting, {"version": share.version, "of": write_lots(lots), "order": share.order_id})


def _facts_of(posting: Posting) -> dict[str, Any]:
    return {
        "taken_back": posting.taken_back or None,
        "own": posting.still_in_lot or None,
        "written_off": write_lots(posting.expired_before_reversal) or None,
        "forgiven": posting.forgiven or None,
    }
