"""The arithmetic of reversals and reinstatements of earned points. Pure: it reads neither tables nor the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from loyalty.ledger.rules import give, posted, with_earned, with_grace_lots


class LotShare(NamedTuple):
    """A part of an order's earned points, and the lot it fell into.

    `expired` counts all points of the lot that ever expired unspent. `expired_since` counts those that expired after
    this part came into the lot; None means all of them.
    """

    lot: date
    amount: int
    expired: int = 0
    expired_since: int | None = None


def reverse(
    before: Balances, amount: int, shares: Sequence[LotShare], *, activation: Activation | None, forgives: bool
) -> Posting:
    """Take back `amount` of an order's earned points, which are or were in `shares`.

    Pending points are taken first, then the order's own lots. Points that expired in those lots count as taken back.
    Then the other lots pay, soonest expiring first. The uncovered rest was spent: it is owed, or forgiven.
    """
    pending = min(amount, before.pending.get(activation, 0)) if activation else 0
    found = _find_in_lots(before, amount - pending, shares)
    in_lots, expired = sum(found.still_in_lot.values()), sum(found.already_expired.values())
    others = soonest(plus(before.lots, negative(found.still_in_lot)), amount - pending - in_lots - expired)
    missing = amount - pending - in_lots - expired - sum(others.values())
    forgiven = missing if forgives else 0
    posting = posted(
        EntryKind.REVERSED,
        before,
        lots=negative(plus(others, found.still_in_lot)),
        pending={activation: -pending} if activation else NO_PENDING,
        owed=missing - forgiven,
    )
    posting = _with_reversed(posting, amount, found.already_expired, forgiven)
    return replace(with_grace_lots(posting, found.grace_lots), still_in_lot=pending + in_lots)


def reinstate(
    before: Balances,
    amount: int,
    lot: date,
    *,
    expired_before_reversal: Lots = NO_LOTS,
    forgiven: int = 0,
    activates_on: date | None = None,
) -> Posting:
    """Give back `amount` that reversals of an order took, into `lot`.

    Points that had `expired_before_reversal` or were `forgiven` never left the balance, so they are not given. Points
    still pending wait until `activates_on`.
    """
    given = amount - sum(expired_before_reversal.values()) - forgiven
    if activates_on is None:
        posting = give(EntryKind.REINSTATED, before, given, lot)
    else:
        pending = {Activation(activates_on, max(lot, activates_on)): given}
        posting = posted(EntryKind.REINSTATED, before, pending=pending)
    return _with_reversed(posting, -amount, negative(expired_before_reversal), -forgiven)


def _with_reversed(posting: Posting, amount: int, expired: Lots, forgiven: int) -> Posting:
    """The posting with `amount` earned points counted as taken back, or (negative) as given back."""
    expired_before = plus(posting.before.expired_before_reversal, expired)
    after = replace(posting.after, expired_before_reversal=expired_before)
    changed = replace(posting, after=after, taken_back=amount, expired_before_reversal=expired, forgiven=forgiven)
    return with_earned(changed, -amount)


@dataclass(frozen=True)
class _Found:
    """The parts of an order's points found so far; `grace_lots` are the grace lots that remain afterwards."""

    still_in_lot: Lots
    already_expired: Lots
    grace_lots: GraceLots


def _find_in_lots(before: Balances, amount: int, shares: Sequence[LotShare]) -> _Found:
    """Find `amount` of an order's points, in the order of the shares."""
    found = _Found(NO_LOTS, NO_LOTS, before.grace_lots)
    for share in shares:
        wanted = min(amount, share.amount)
        found = _find_expired(before, *_find_in_lot(before, wanted, share, found), share)
        amount -= wanted
    return found


def _find_in_lot(before: Balances, wanted: int, share: LotShare, found: _Found) -> tuple[_Found, int]:
    """Find points in the share's lot, then in its grace lots; also return how much of `wanted` is missing."""
    still_in_lot, grace_lots = found.still_in_lot, found.grace_lots
    graces = sorted((where, part) for where, part in grace_lots.items() if where.of == share.lot)
    for where, part in [(GraceLot(share.lot, share.lot), wanted), *graces]:
        taken = min(wanted, part, before.lots.get(where.lot, 0) - still_in_lot.get(where.lot, 0))
        still_in_lot = plus(still_in_lot, {where.lot: taken})
        grace_lots = plus(grace_lots, {where: -taken}) if where in grace_lots else grace_lots
        wanted -= taken
    return replace(found, still_in_lot=still_in_lot, grace_lots=grace_lots), wanted


def _find_expired(before: Balances, found: _Found, wanted: int, share: LotShare) -> _Found:
    """Count expired points of `wanted`: only those that expired after the share came, and none twice."""
    counted = before.expired_before_reversal.get(share.lot, 0) + found.already_expired.get(share.lot, 0)
    since = share.expired if share.expired_since is None else share.expired_since
    expired = min(wanted, max(share.expired - counted, 0), since)
    return replace(found, already_expired=plus(found.already_expired, {share.lot: expired}))
