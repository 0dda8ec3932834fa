"""What orders take back and give back of what they had earned. Nothing here knows of tables or of the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from loyalty.ledger.balances import (
    NO_LOTS,
    NO_PENDING,
    Activation,
    Balances,
    EntryKind,
    GraceLot,
    GraceLots,
    Lots,
    Posting,
    negative,
    plus,
    soonest,
)
from loyalty.ledger.rules import give, posted, with_earned


class LotShare(NamedTuple):
    """Some of what an order earned and the lot it fell into.

    Of the lot `expired` ever ended unspent, and `expired_since` of that after these came into it; None: all of it.
    """

    lot: date
    amount: int
    expired: int = 0
    expired_since: int | None = None


def reverse(
    before: Balances, amount: int, shares: Sequence[LotShare], *, activation: Activation | None, forgives: bool
) -> Posting:
    """Take back `amount` of what an order earned, which lies or lay in `shares`.

    It comes from what is still pending of it, then from its own lots. Then, what of those lots ever expired unspent
    has expired already and counts as taken back. Then it comes from the other lots, soonest expiring first. What no lot
    covers was spent: it is owed, or the shop forgives it.
    """
    waiting = min(amount, before.pending.get(activation, 0)) if activation else 0
    still_in_lot, already_expired, grace_lots = _still_in_lot_and_expired(before, amount - waiting, shares)
    rest = amount - waiting - sum(still_in_lot.values()) - sum(already_expired.values())
    others = soonest(plus(before.lots, negative(still_in_lot)), rest)
    missing = rest - sum(others.values())
    forgiven = missing if forgives else 0
    posting = posted(
        EntryKind.REVERSED,
        before,
        lots=negative(plus(others, still_in_lot)),
        pending={activation: -waiting} if activation else NO_PENDING,
        owed=missing - forgiven,
    )
    after = replace(
        posting.after,
        expired_before_reversal=plus(before.expired_before_reversal, already_expired),
        grace_lots=grace_lots,
    )
    there = waiting + sum(still_in_lot.values())
    posting = replace(
        posting,
        after=after,
        taken_back=amount,
        still_in_lot=there,
        expired_before_reversal=already_expired,
        forgiven=forgiven,
    )
    return with_earned(posting, -amount)


def reinstate(
    before: Balances,
    amount: int,
    lot: date,
    *,
    expired_before_reversal: Lots = NO_LOTS,
    forgiven: int = 0,
    activates_on: date | None = None,
) -> Posting:
    """Give back `amount` that reversals of an order had taken, into `lot`.

    What never left the balance when it was taken is not given: it had `expired_before_reversal`, or was `forgiven`.
    What was still pending goes on waiting until `activates_on`.
    """
    given = amount - sum(expired_before_reversal.values()) - forgiven
    if activates_on is None:
        posting = give(EntryKind.REINSTATED, before, given, lot)
    else:
        pending = {Activation(activates_on, max(lot, activates_on)): given}
        posting = posted(EntryKind.REINSTATED, before, pending=pending)
    expired = negative(expired_before_reversal)
    after = replace(posting.after, expired_before_reversal=plus(before.expired_before_reversal, expired))
    changed = replace(posting, after=after, taken_back=-amount, expired_before_reversal=expired, forgiven=-forgiven)
    return with_earned(changed, amount)


def _still_in_lot_and_expired(
    before: Balances, amount: int, shares: Sequence[LotShare]
) -> tuple[Lots, Lots, GraceLots]:
    """Of `amount`, the first share first: what is still in its lot, and what expired of the lot uncounted.

    The grace lots of a lot are among what it holds; with both, the grace lots that are left.
    """
    still_in_lot: Lots = NO_LOTS
    already_expired: Lots = NO_LOTS
    grace_lots = before.grace_lots
    for lot, most, expired, since in shares:
        share = min(amount, most)
        amount -= share
        there = 0
        for where, part in [(GraceLot(lot, lot), share), *sorted((w, n) for w, n in grace_lots.items() if w.of == lot)]:
            taken = min(share - there, part, before.lots.get(where.lot, 0) - still_in_lot.get(where.lot, 0))
            still_in_lot, there = plus(still_in_lot, {where.lot: taken}), there + taken
            grace_lots = plus(grace_lots, {where: -taken}) if where in grace_lots else grace_lots
        uncounted = max(expired - before.expired_before_reversal.get(lot, 0) - already_expired.get(lot, 0), 0)
        lost = min(share - there, uncounted, expired if since is None else since)
        already_expired = plus(already_expired, {lot: lost})
    return still_in_lot, already_expired, grace_lots
