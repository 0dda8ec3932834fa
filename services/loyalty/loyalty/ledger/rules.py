"""The ledger's arithmetic: the change that each operation makes. Pure: it reads neither tables nor the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypedDict

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
    Taken,
    negative,
    plus,
    soonest,
    trimmed,
)


@dataclass(frozen=True)
class ReturnPolicy:
    """How amounts return: into their own lots, even if these have ended by `today`. Then they expire.

    With `gives_grace`, amounts of ended lots are usable until `grace_until` instead. An amount gets that once: amounts
    from a grace lot return into it.
    """

    today: date
    grace_until: date
    fills_debt: bool
    gives_grace: bool = False

    def of(self, taken: Taken) -> Taken:
        """The lots and grace lots after the return."""
        lots, graced = taken.lots, trimmed(taken.graced, taken.lots)
        if not self.gives_grace:
            return Taken(lots, graced)
        used: Lots = NO_LOTS
        for where, part in graced.items():
            used = plus(used, {where.lot: part})
        ended = {day: amount for day, amount in plus(lots, negative(used)).items() if day < self.today}
        lots = plus(plus(lots, negative(ended)), {self.grace_until: sum(ended.values())})
        return Taken(lots, plus(graced, {GraceLot(self.grace_until, day): amount for day, amount in ended.items()}))


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
    before: Balances,
    hold_id: str,
    amount: int,
    until: datetime,
    *,
    order: str | None = None,
    value: int | None = None,
    note: Sequence[Any] | None = None,
) -> Posting:
    """Set `amount` aside, soonest expiring first. The caller has checked that it is available."""
    posting = posted(EntryKind.HELD, before, lots=negative(soonest(before.lots, amount)))
    lots, graced = posting.taken
    holds = {**before.holds, hold_id: Hold(until, lots, order, value, graced, note)}
    return replace(posting, after=replace(posting.after, holds=holds))


def rehold(
    released: Posting,
    hold_id: str,
    amount: int,
    until: datetime,
    *,
    value: int | None = None,
    note: Sequence[Any] | None = None,
) -> Posting:
    """Set `amount` aside in place of a hold that is `released`, in one posting. No lot that has ended may return."""
    held = hold(released.after, hold_id, amount, until, value=value, note=note)
    return replace(held, before=released.before, lots=plus(released.lots, held.lots))


def capture(before: Balances, hold_id: str, amount: int, return_policy: ReturnPolicy) -> tuple[Posting, Taken]:
    """Spend `amount` of a hold, release the rest, and return the spent amounts as well.

    The soonest expiring lots are spent. The caller has checked that the hold exists and covers the amount.
    """
    held = before.holds[hold_id]
    spent = soonest(held.lots, amount)
    rest = plus(held.lots, negative(spent))
    graced = trimmed(held.graced, rest)
    posting = _returned(EntryKind.CAPTURED, before, Taken(rest, graced), return_policy, _without(before.holds, hold_id))
    return _with_spent(posting, amount), Taken(spent, plus(held.graced, negative(graced)))


def release(before: Balances, hold_id: str, return_policy: ReturnPolicy) -> Posting:
    """Return a hold to the lots that it came from."""
    holds = _without(before.holds, hold_id)
    return _returned(EntryKind.RELEASED, before, before.holds[hold_id].taken, return_policy, holds)


def spend(kind: EntryKind, before: Balances, amount: int) -> Posting:
    """Spend `amount` at once, soonest expiring first. The caller has checked that it is available."""
    return _with_spent(posted(kind, before, lots=negative(soonest(before.lots, amount))), amount)


def restore(before: Balances, taken: Taken, return_policy: ReturnPolicy) -> Posting:
    """Return spent amounts to their lots."""
    posting = _returned(EntryKind.RESTORED, before, taken, return_policy, before.holds)
    return _with_spent(posting, -sum(taken.lots.values()))


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


def move_out(kind: EntryKind, before: Balances, lots: Lots) -> Posting:
    """Take these lots out of the account, for another one. The caller has checked that they are there."""
    return posted(kind, before, lots=negative(lots))


def move_in(kind: EntryKind, before: Balances, moved: Taken, *, fills_debt: bool) -> Posting:
    """Add what left another account, with its own last days and without a new grace. With `fills_debt` it pays debt."""
    posting = posted(kind, before, **_incoming(before, moved.lots, fills_debt=fills_debt))
    return with_grace_lots(posting, plus(before.grace_lots, moved.graced))


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
    return with_grace_lots(posting, grace_lots), where.of


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
    remaining = plus(lots, negative(filled))
    after = Balances(
        lots=remaining,
        pending=plus(before.pending, other.pending),
        holds={**before.holds, **other.holds},
        owed=owed - sum(filled.values()),
        earned=before.earned + other.earned,
        spent=before.spent + other.spent,
        expired=before.expired + other.expired,
        expired_before_reversal=plus(before.expired_before_reversal, other.expired_before_reversal),
        grace_lots=trimmed(plus(before.grace_lots, other.grace_lots), remaining),
    )
    return Posting(EntryKind.MERGED_IN, before, after, plus(other.lots, negative(filled)), other.pending)


def _returned(kind: EntryKind, before: Balances, taken: Taken, return_policy: ReturnPolicy, holds: Holds) -> Posting:
    lots, graced = return_policy.of(taken)
    posting = posted(kind, before, **_incoming(before, lots, fills_debt=return_policy.fills_debt), holds=holds)
    return with_grace_lots(posting, plus(before.grace_lots, graced))


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
    after_lots = plus(before.lots, lots)
    after = replace(
        before,
        lots=after_lots,
        pending=plus(before.pending, pending),
        holds=before.holds if holds is None else holds,
        owed=before.owed + owed,
        grace_lots=trimmed(before.grace_lots, after_lots),
    )
    return Posting(kind, before, after, lots, pending)


def with_grace_lots(posting: Posting, grace_lots: GraceLots) -> Posting:
    """The posting with these grace lots, as far as the lots still hold their amounts."""
    return replace(posting, after=replace(posting.after, grace_lots=trimmed(grace_lots, posting.after.lots)))


def with_earned(posting: Posting, amount: int) -> Posting:
    return replace(posting, after=replace(posting.after, earned=posting.before.earned + amount))


def _with_spent(posting: Posting, amount: int) -> Posting:
    return replace(posting, after=replace(posting.after, spent=posting.before.spent + amount))


def _without(holds: Holds, hold_id: str) -> Holds:
    return {name: hold for name, hold in holds.items() if name != hold_id}
