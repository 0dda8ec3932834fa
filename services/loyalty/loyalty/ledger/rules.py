"""The ledger's arithmetic: the change that each operation makes. Pure: it reads neither tables nor the clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypedDict

from loyalty.ledger.balances import (
    NO_LOTS,
    NO_PENDING,
    Activation,
    Balances,
    EntryKind,
    GraceLot,
    GraceLots,
    Hold,
    Holds,
    Lots,
    Pending,
    Posting,
    negative,
    plus,
    soonest,
)


@dataclass(frozen=True)
class ReturnPolicy:
    """How amounts return to their lots. If a lot has ended by `today`, its amount is usable until `grace_until`.

    `remembered` is set where orders earn: the grace lot then remembers its original lot, so that a refund can find
    expired points.
    """

    today: date
    grace_until: date
    fills_debt: bool
    remembered: bool = True

    def of(self, lots: Lots) -> Lots:
        """The lots after the return: ended lots become one grace lot."""
        living: dict[date, int] = {}
        for day, amount in lots.items():
            lot = self.grace_until if day < self.today else day
            living[lot] = living.get(lot, 0) + amount
        return living

    def grace_lots(self, before: Balances, lots: Lots) -> GraceLots:
        """The grace lots once `lots` have returned, without overdue empty ones."""
        known = {
            where: part
            for where, part in before.grace_lots.items()
            if where.lot >= self.today or where.lot in before.lots
        }
        ended = {GraceLot(self.grace_until, day): part for day, part in lots.items() if day < self.today}
        return plus(known, ended) if self.remembered else known


def give(kind: EntryKind, before: Balances, amount: int, lot: date, *, fills_debt: bool = True) -> Posting:
    """Add `amount` (0 or more) to a lot. With `fills_debt` it pays the debt first."""
    return posted(kind, before, **_incoming(before, {lot: amount}, fills_debt=fills_debt))


def earn(before: Balances, amount: int, lot: date, activates_on: date | None = None) -> Posting:
    """Earn `amount` for an order or an act, usable at once or from `activates_on` on."""
    if activates_on is None:
        posting = give(EntryKind.EARNED, before, amount, lot)
    else:
        posting = posted(EntryKind.EARNED, before, pending={Activation(activates_on, max(lot, activates_on)): amount})
    return with_earned(posting, amount)


def activate(before: Balances, today: date) -> Posting | None:
    """Activate every pending amount due by `today`, and pay the debt first; None when nothing is due."""
    due = {where: amount for where, amount in before.pending.items() if where.on <= today}
    return _activate(before, due) if due else None


def activate_early(before: Balances, where: Activation, amount: int) -> Posting:
    """Activate a pending amount before its day, because its order was delivered."""
    return _activate(before, {where: min(amount, before.pending.get(where, 0))})


def reschedule(before: Balances, where: Activation, amount: int, on: date) -> Posting:
    """Move a pending amount to another day of activation, once the day of delivery is known."""
    moved = min(amount, before.pending.get(where, 0))
    pending = plus({where: -moved}, {Activation(on, max(where.lot, on)): moved})
    return posted(EntryKind.RIPENED, before, pending=pending)


def hold(
    before: Balances, hold_id: str, amount: int, until: datetime, *, order: str | None = None, value: int | None = None
) -> Posting:
    """Set `amount` aside, soonest expiring first. The caller has checked that it is available."""
    taken = soonest(before.lots, amount)
    holds = {**before.holds, hold_id: Hold(until, taken, order, value)}
    return posted(EntryKind.HELD, before, lots=negative(taken), holds=holds)


def capture(before: Balances, hold_id: str, amount: int, return_policy: ReturnPolicy) -> tuple[Posting, Lots]:
    """Spend `amount` of a hold, release the rest, and return the spent lots as well.

    The soonest expiring lots are spent. The caller has checked that the hold exists and covers the amount.
    """
    kept = before.holds[hold_id].lots
    spent = soonest(kept, amount)
    posting = _returned(
        EntryKind.CAPTURED, before, plus(kept, negative(spent)), return_policy, _without(before.holds, hold_id)
    )
    return _with_spent(posting, amount), spent


def release(before: Balances, hold_id: str, return_policy: ReturnPolicy) -> Posting:
    """Return a hold to the lots that it came from."""
    holds = _without(before.holds, hold_id)
    return _returned(EntryKind.RELEASED, before, before.holds[hold_id].lots, return_policy, holds)


def spend(kind: EntryKind, before: Balances, amount: int) -> Posting:
    """Spend `amount` at once, soonest expiring first. The caller has checked that it is available."""
    return _with_spent(posted(kind, before, lots=negative(soonest(before.lots, amount))), amount)


def restore(before: Balances, lots: Lots, return_policy: ReturnPolicy) -> Posting:
    """Return spent amounts to their lots."""
    posting = _returned(EntryKind.RESTORED, before, lots, return_policy, before.holds)
    return _with_spent(posting, -sum(lots.values()))


def spend_again(before: Balances, amount: int) -> Posting:
    """Spend restored amounts again, because their order was reinstated. A missing rest is owed."""
    taken = soonest(before.lots, amount)
    missing = amount - sum(taken.values())
    return _with_spent(posted(EntryKind.REDEEMED, before, lots=negative(taken), owed=missing), amount)


def adjust(before: Balances, amount: int, lot: date, *, fills_debt: bool) -> Posting:
    """Add `amount` into a lot or, if it is negative, deduct it from the soonest expiring lots.

    The caller has checked that a deduction is available.
    """
    if amount > 0:
        return give(EntryKind.ADJUSTED, before, amount, lot, fills_debt=fills_debt)
    return posted(EntryKind.ADJUSTED, before, lots=negative(soonest(before.lots, -amount)))


def revoke(before: Balances, amount: int, lot: date) -> Posting:
    """Take `amount` from its lot, then from the other lots. The caller has checked that it is available."""
    from_lot = min(amount, before.lots.get(lot, 0))
    others = soonest({day: rest for day, rest in before.lots.items() if day != lot}, amount - from_lot)
    return posted(EntryKind.REVOKED, before, lots=negative(plus(others, {lot: from_lot})))


def expire(before: Balances, overdue: Lots) -> Posting:
    posting = posted(EntryKind.EXPIRED, before, lots=negative(overdue))
    return replace(posting, after=replace(posting.after, expired=before.expired + sum(overdue.values())))


def expire_soonest(before: Balances, overdue: Lots) -> tuple[Posting, date]:
    """Expire the soonest overdue lot; also return the day of its original lot.

    A grace lot on the same day expires first, in a posting of its own, because its original lot differs.
    """
    lot = min(overdue)
    where = min((each for each in before.grace_lots if each.lot == lot), default=None)
    if where is None:
        return expire(before, {lot: overdue[lot]}), lot
    posting = expire(before, {lot: min(overdue[lot], before.grace_lots[where])})
    grace_lots = {each: part for each, part in before.grace_lots.items() if each != where}
    return replace(posting, after=replace(posting.after, grace_lots=grace_lots)), where.of


def nothing(kind: EntryKind, before: Balances) -> Posting:
    """A posting that changes no amount, for an entry that must be recorded."""
    return Posting(kind, before, before)


def close(kind: EntryKind, before: Balances) -> Posting:
    """Bring all balances to zero."""
    return Posting(kind, before, Balances(), negative(before.lots), negative(before.pending))


def take_over(before: Balances, other: Balances, *, fills_debt: bool = False) -> Posting:
    """Add all balances of another account to this one.

    With `fills_debt` the joint lots pay the joint debt.
    """
    lots, owed = plus(before.lots, other.lots), before.owed + other.owed
    filled = soonest(lots, owed) if fills_debt else NO_LOTS
    after = Balances(
        lots=plus(lots, negative(filled)),
        pending=plus(before.pending, other.pending),
        holds={**before.holds, **other.holds},
        owed=owed - sum(filled.values()),
        earned=before.earned + other.earned,
        spent=before.spent + other.spent,
        expired=before.expired + other.expired,
        expired_before_reversal=plus(before.expired_before_reversal, other.expired_before_reversal),
        grace_lots=plus(before.grace_lots, other.grace_lots),
    )
    return Posting(EntryKind.MERGED_IN, before, after, plus(other.lots, negative(filled)), other.pending)


def _returned(kind: EntryKind, before: Balances, lots: Lots, return_policy: ReturnPolicy, holds: Holds) -> Posting:
    posting = posted(
        kind, before, **_incoming(before, return_policy.of(lots), fills_debt=return_policy.fills_debt), holds=holds
    )
    return replace(posting, after=replace(posting.after, grace_lots=return_policy.grace_lots(before, lots)))


def _activate(before: Balances, due: Pending) -> Posting:
    lots: Lots = NO_LOTS
    for where, amount in due.items():
        lots = plus(lots, {where.lot: amount})
    # Earned points pay the debt under every policy.
    incoming = _incoming(before, lots, fills_debt=True)
    return posted(EntryKind.RIPENED, before, **incoming, pending=negative(due))


class _Incoming(TypedDict):
    lots: Lots
    owed: int


def _incoming(before: Balances, lots: Lots, *, fills_debt: bool) -> _Incoming:
    """The incoming lots after they paid the debt, soonest expiring first."""
    filled = min(sum(lots.values()), before.owed) if fills_debt else 0
    return {"lots": plus(lots, negative(soonest(lots, filled))), "owed": -filled}


def posted(
    kind: EntryKind,
    before: Balances,
    *,
    lots: Lots = NO_LOTS,
    pending: Pending = NO_PENDING,
    holds: Holds | None = None,
    owed: int = 0,
) -> Posting:
    lots, pending = plus({}, lots), plus({}, pending)
    after = replace(
        before,
        lots=plus(before.lots, lots),
        pending=plus(before.pending, pending),
        holds=before.holds if holds is None else holds,
        owed=before.owed + owed,
    )
    return Posting(kind, before, after, lots, pending)


def with_earned(posting: Posting, amount: int) -> Posting:
    return replace(posting, after=replace(posting.after, earned=posting.before.earned + amount))


def _with_spent(posting: Posting, amount: int) -> Posting:
    return replace(posting, after=replace(posting.after, spent=posting.before.spent + amount))


def _without(holds: Holds, hold_id: str) -> Holds:
    return {name: hold for name, hold in holds.items() if name != hold_id}
