"""What a refund takes back and a reinstatement gives back: of points that were earned, and of what was spent. Pure."""

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
    """A posting, and the facts by which its entry tells later what it did."""

    posting: Posting
    facts: Mapping[str, Any]


def take_back(before: Balances, entries: OrderEntries, amount: int, shares: Sequence[LotShare], terms: Terms) -> Change:
    """Take back `amount` of what was earned; what was spent is owed or forgiven, as the programme says.

    `shares` are the points that remain, newest first, with what has expired of their lots.
    """
    forgives = terms.programme.refunds.below_zero is BelowZero.FLOOR
    posting = reverse(before, amount, shares, activation=entries.activation, forgives=forgives)
    return Change(posting, _facts_of(posting))


def give_back(before: Balances, entries: OrderEntries, amount: int, terms: Terms) -> Change:
    """Give back `amount` of what was taken last; what had expired or was forgiven does not come back.

    It comes into the lot that the order's points fell into, or into a lot of grace when that has ended.
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
    """Grant a referral reward again, or withdraw it: neither more nor less than at first, whatever the programme says.

    None where nothing was granted at first.
    """
    if entries.earned is None or not entries.earned.points:
        return None
    if grants:
        return give_back(before, entries, entries.taken_back, terms)
    return take_back(before, entries, entries.remaining, shares, terms)


@dataclass(frozen=True)
class Restored:
    """An entry that gave back lots of what was spent, or (negative) took them again, at a version of the order."""

    version: int
    lots: Lots


@dataclass(frozen=True)
class Spending:
    """What an account paid of an order, by the lots it came from, and the entries of what became of that.

    `account` is its name as it was then: it may have been merged into another since.
    """

    account: str
    spent: Lots
    later: tuple[Restored, ...] = ()

    @property
    def restored(self) -> Lots:
        """What of it came back and was not taken again, by the lots it had come from."""
        lots: Lots = NO_LOTS
        for each in self.later:
            lots = plus(lots, each.lots)
        return lots

    @property
    def version(self) -> int:
        """The newest version of the order that was settled."""
        return max((each.version for each in self.later), default=0)


def settle_spent(
    before: Balances, spending: Spending, share: ReversedShare, known: ReversedShare | None, policy: ReturnPolicy
) -> Change | None:
    """Give back the reversed share of what was spent, the latest expiring first, or take again what came back too much.

    None when nothing is missing, and when a newer version than the share's is `known`: what was spent only after that
    was settled has no entry of it.
    """
    if share.version < max(spending.version, known.version if known else 0):
        return None
    target = int(sum(spending.spent.values()) * share.share)
    restored = spending.restored
    amount = target - sum(restored.values())
    # A reinstatement that changes nothing is posted too: the cancellation before it may still be heard.
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
