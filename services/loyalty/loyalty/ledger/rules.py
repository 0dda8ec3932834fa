"""The ledger's arithmetic: what one operation does to an account. Nothing here knows of tables or of the time.

Points lie in lots by the last day on which they can be used. Always, after any operation:

- the balance is the sum of the entries' points;
- the lots sum to the balance, or to nothing where it is negative;
- `earned` is what orders earned less what refunds took back, and alone decides the tier.

A balance is negative when points were spent before their order was refunded. What is earned next fills that debt
first and opens a lot only with the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from loyalty.tiers.rules import tier_of
from shared.events import Tier

Lots = Mapping[date, int]

_NONE: Final[Lots] = MappingProxyType({})


class EntryKind(StrEnum):
    """What an entry did."""

    EARNED = "earned"
    REVERSED = "reversed"
    ADJUSTED = "adjusted"
    EXPIRED = "expired"
    # The last entry of an erased person's account.
    VOIDED = "voided"


def is_past_hidden(opened_at: datetime | None, registered_at: datetime | None, *, verified: bool) -> bool:
    """Whether customers may not see their own account: it began with a guest, and anybody may have registered since."""
    if verified or opened_at is None:
        return False
    return registered_at is None or opened_at < registered_at


@dataclass(frozen=True)
class Standing:
    """How an account stands.

    `written_off` counts, by lot, points that had expired unspent when their order was refunded: they counted as
    taken back, and no other order of the same lot may count them again.
    """

    balance: int = 0
    earned: int = 0
    tier: Tier = Tier.BRONZE
    lots: Lots = field(default_factory=lambda: _NONE)
    written_off: Lots = field(default_factory=lambda: _NONE)


@dataclass(frozen=True)
class Posting:
    """What one operation posts: signed points, the signed change of each lot, and how the account stands after it.

    `taken_back` is how many earned points a reversal undoes; those of them that had expired cost no balance.
    """

    kind: EntryKind
    points: int
    lots: Lots
    before: Standing
    after: Standing
    taken_back: int = 0

    @property
    def changes_tier(self) -> bool:
        """Whether the account reaches or loses a tier."""
        return self.before.tier is not self.after.tier


def earn(before: Standing, points: int, expires_on: date) -> Posting:
    """An order's points (0 or more), into the lot of `expires_on`."""
    posting = _give(EntryKind.EARNED, before, points, expires_on)
    return _with_earned(posting, before.earned + points)


def reverse(before: Standing, amount: int, lot: date, expired: int = 0) -> Posting:
    """Take back `amount` points of an order whose lot is or was `lot`.

    They come from that lot first. Then, up to `expired` (the points of that lot that ever expired unspent), those
    gone already count as taken back. Then from the other lots, soonest expiring first. What no lot covers was
    spent, and becomes debt.
    """
    own = min(amount, before.lots.get(lot, 0))
    gone = min(amount - own, max(expired - before.written_off.get(lot, 0), 0))
    others = _soonest({day: points for day, points in before.lots.items() if day != lot}, amount - own - gone)
    taken = {**others, **({lot: own} if own else {})}
    posting = _take(EntryKind.REVERSED, before, amount - gone, taken)
    after = replace(posting.after, written_off=_plus(before.written_off, {lot: gone}))
    return _with_earned(replace(posting, after=after, taken_back=amount), before.earned - amount)


def adjust(before: Standing, points: int, expires_on: date) -> Posting:
    """Staff's addition, into the lot of `expires_on`, or (negative) deduction, from the soonest expiring lots.

    The caller has checked with `covers` that a deduction does not go below zero.
    """
    if points > 0:
        return _give(EntryKind.ADJUSTED, before, points, expires_on)
    return _take(EntryKind.ADJUSTED, before, -points, _soonest(before.lots, -points))


def covers(standing: Standing, points: int) -> bool:
    """Whether a signed change of the balance leaves it at zero or above, or does not lower it."""
    return points >= 0 or standing.balance + points >= 0


def expire(before: Standing, today: date) -> Posting | None:
    """All lots whose last day is over, or None when none is."""
    due = {day: points for day, points in before.lots.items() if day < today}
    return _take(EntryKind.EXPIRED, before, sum(due.values()), due) if due else None


def void(before: Standing) -> Posting:
    """Bring the account to nothing: no balance, no lots, no tier to speak of."""
    lots = {day: -points for day, points in before.lots.items()}
    return Posting(EntryKind.VOIDED, -before.balance, lots, before, Standing())


def due_on(lots: Lots, until_now: date | None) -> date | None:
    """When the account is next to be looked at for expiry; None while nothing can expire.

    The date in the index stays where it is, though its lot may be spent, until it is reached or an earlier one
    comes: an operation then costs no write to the index. `until_now` is None to move it whatever it was.
    """
    if not lots:
        return None
    soonest = min(lots)
    return min(soonest, until_now) if until_now else soonest


def _give(kind: EntryKind, before: Standing, points: int, expires_on: date) -> Posting:
    opened = points - min(points, max(-before.balance, 0))
    lots = {expires_on: opened} if opened else {}
    return _posted(kind, before, points, lots)


def _take(kind: EntryKind, before: Standing, points: int, taken: Lots) -> Posting:
    return _posted(kind, before, -points, {day: -part for day, part in taken.items()})


def _posted(kind: EntryKind, before: Standing, points: int, lots: Lots) -> Posting:
    after = replace(before, balance=before.balance + points, lots=_plus(before.lots, lots))
    return Posting(kind, points, lots, before, after)


def _with_earned(posting: Posting, earned: int) -> Posting:
    return replace(posting, after=replace(posting.after, earned=earned, tier=tier_of(earned)))


def _soonest(lots: Lots, points: int) -> Lots:
    """As much of `points` as the lots hold, from the soonest expiring on."""
    taken: dict[date, int] = {}
    for day in sorted(lots):
        if points == 0:
            break
        taken[day] = min(points, lots[day])
        points -= taken[day]
    return taken


def _plus(lots: Lots, change: Lots) -> Lots:
    """The lots after a signed change; an empty one is gone."""
    after = {day: lots.get(day, 0) + change.get(day, 0) for day in {*lots, *change}}
    return {day: after[day] for day in sorted(after) if after[day]}
