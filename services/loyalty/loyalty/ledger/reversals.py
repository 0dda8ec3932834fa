"""What orders take back and give back of what they had earned. Nothing here knows of tables or of the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from loyalty.ledger.balances import (
    NO_LOTS,
    NO_PENDING,
    EntryKind,
    Graced,
    InGrace,
    Lots,
    Posting,
    Ripening,
    Standing,
    negative,
    plus,
    soonest,
)
from loyalty.ledger.rules import give, posted, with_earned


class Parcel(NamedTuple):
    """Some of what an order earned and the lot it fell into.

    Of the lot `expired` ever ended unspent, and `expired_since` of that after these came into it; None: all of it.
    """

    lot: date
    amount: int
    expired: int = 0
    expired_since: int | None = None


def reverse(
    before: Standing, amount: int, parcels: Sequence[Parcel], *, ripening: Ripening | None, forgives: bool
) -> Posting:
    """Take back `amount` of what an order earned, which lies or lay in `parcels`.

    It comes from what is still pending of it, then from its own lots. Then, what of those lots ever expired unspent
    is gone already and counts as taken back. Then it comes from the other lots, soonest expiring first. What no lot
    covers was spent: it is owed, or the shop forgives it.
    """
    waiting = min(amount, before.pending.get(ripening, 0)) if ripening else 0
    own, gone, graced = _own_and_gone(before, amount - waiting, parcels)
    rest = amount - waiting - sum(own.values()) - sum(gone.values())
    others = soonest(plus(before.lots, negative(own)), rest)
    missing = rest - sum(others.values())
    forgiven = missing if forgives else 0
    posting = posted(
        EntryKind.REVERSED,
        before,
        lots=negative(plus(others, own)),
        pending={ripening: -waiting} if ripening else NO_PENDING,
        owed=missing - forgiven,
    )
    after = replace(posting.after, written_off=plus(before.written_off, gone), graced=graced)
    there = waiting + sum(own.values())
    posting = replace(posting, after=after, taken_back=amount, own=there, written_off=gone, forgiven=forgiven)
    return with_earned(posting, -amount)


def reinstate(
    before: Standing,
    amount: int,
    lot: date,
    *,
    written_off: Lots = NO_LOTS,
    forgiven: int = 0,
    ripens_on: date | None = None,
) -> Posting:
    """Give back `amount` that reversals of an order had taken, into `lot`.

    What of it never left the balance when it was taken stays gone: it had been `written_off`, or it was `forgiven`.
    What was still pending goes on waiting until `ripens_on`.
    """
    given = amount - sum(written_off.values()) - forgiven
    if ripens_on is None:
        posting = give(EntryKind.REINSTATED, before, given, lot)
    else:
        pending = {Ripening(ripens_on, max(lot, ripens_on)): given}
        posting = posted(EntryKind.REINSTATED, before, pending=pending)
    expired = negative(written_off)
    after = replace(posting.after, written_off=plus(before.written_off, expired))
    changed = replace(posting, after=after, taken_back=-amount, written_off=expired, forgiven=-forgiven)
    return with_earned(changed, amount)


def _own_and_gone(before: Standing, amount: int, parcels: Sequence[Parcel]) -> tuple[Lots, Lots, Graced]:
    """Of `amount`, the first parcel first: what their lots still hold, and what of these expired uncounted.

    What is of a lot and lies in its grace is among what it holds; with it, what is left in graces.
    """
    own: Lots = NO_LOTS
    gone: Lots = NO_LOTS
    graced = before.graced
    for lot, most, expired, since in parcels:
        share = min(amount, most)
        amount -= share
        there = 0
        for where, part in [(InGrace(lot, lot), share), *sorted((w, n) for w, n in graced.items() if w.of == lot)]:
            taken = min(share - there, part, before.lots.get(where.lot, 0) - own.get(where.lot, 0))
            own, there = plus(own, {where.lot: taken}), there + taken
            graced = plus(graced, {where: -taken}) if where in graced else graced
        uncounted = max(expired - before.written_off.get(lot, 0) - gone.get(lot, 0), 0)
        lost = min(share - there, uncounted, expired if since is None else since)
        gone = plus(gone, {lot: lost})
    return own, gone, graced
