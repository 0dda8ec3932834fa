"""The balances of an account, and the terms for them.

Points and store credit have the same balances. An amount is a number of points, or of the currency's minor units. An
account holds amounts in four places:

- `lots`: usable amounts, by the last day on which they can be used;
- `pending`: amounts not usable yet, by the day of their activation and the lot they then fall into;
- `held`: amounts set aside for an open checkout; each hold remembers the lots it came from;
- `owed`: amounts that were spent before a refund took them back.

After every operation the balance (usable + pending + held - owed) is the sum of the entries' amounts. No place is ever
below zero. `spent` and `expired` only count the amounts that left the account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

K = TypeVar("K", bound=tuple[date, date] | date)

Lots = Mapping[date, int]


class Activation(NamedTuple):
    """A pending amount's day of activation, and the lot it then falls into."""

    on: date
    lot: date


Pending = Mapping[Activation, int]


class GraceLot(NamedTuple):
    """A grace lot, for amounts that returned after their lot had ended; `of` is the lot that ended."""

    lot: date
    of: date


GraceLots = Mapping[GraceLot, int]

NO_LOTS: Final[Lots] = MappingProxyType({})
NO_PENDING: Final[Pending] = MappingProxyType({})
NO_GRACE_LOTS: Final[GraceLots] = MappingProxyType({})


class Taken(NamedTuple):
    """Amounts that left their lots, and may return. `graced` are the parts of them that lay in grace lots."""

    lots: Lots
    graced: GraceLots = NO_GRACE_LOTS


class EntryKind(StrEnum):
    """What an entry did."""

    EARNED = "earned"
    RIPENED = "ripened"  # pending points were activated
    # Earned points were taken back by a refund; then given back, when the order was reinstated.
    REVERSED = "reversed"
    REINSTATED = "reinstated"
    # A hold was placed for a checkout; then captured or released.
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    # An amount was spent at once; then given back, when its order was refunded.
    REDEEMED = "redeemed"
    RESTORED = "restored"
    ADJUSTED = "adjusted"
    # Points went to another customer, or came from one. Staff reversed that: they were taken back, or came back.
    SENT = "sent"
    RECEIVED = "received"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    EXPIRED = "expired"
    # The tier changed because time had passed, or its grace began or ended; or staff gave a tier, or took it back.
    REVIEWED = "reviewed"
    TIER_SET = "tier_set"
    # Staff gave store credit, or took it back.
    ISSUED = "issued"
    REVOKED = "revoked"
    # The surviving account's entry of a merge, and the last entry of the merged account.
    MERGED_IN = "merged_in"
    MERGED_OUT = "merged_out"
    # The last entry of an erased person's account.
    VOIDED = "voided"


# Kinds of entries that count as activity. Transfers do not: two customers could keep points alive for ever.
_ACTIVE: Final = frozenset(
    {
        EntryKind.EARNED,
        EntryKind.REINSTATED,
        EntryKind.CAPTURED,
        EntryKind.REDEEMED,
        EntryKind.RESTORED,
        EntryKind.ADJUSTED,
        EntryKind.ISSUED,
        EntryKind.VOIDED,
    }
)


@dataclass(frozen=True)
class Hold:
    """An amount set aside for a checkout until a moment, by the lots it came from.

    `order` is the order's id, if it is known yet. `value` is the worth of points in the minor unit. `graced` are the
    parts that lay in grace lots. `note` is what whoever placed it needs to know when it ends.
    """

    until: datetime
    lots: Lots
    order: str | None = None
    value: int | None = None
    graced: GraceLots = field(default_factory=lambda: NO_GRACE_LOTS)
    note: Sequence[Any] | None = None

    @property
    def amount(self) -> int:
        return sum(self.lots.values())

    @property
    def taken(self) -> Taken:
        return Taken(self.lots, self.graced)


Holds = Mapping[str, Hold]


@dataclass(frozen=True)
class Balances:
    """The balances of an account.

    `expired_before_reversal` counts, by lot, amounts that expired unspent before their order was refunded. They counted
    as taken back, so no other order of the same lot may count them again. `grace_lots` names the original lot of each
    amount in a grace lot: there it expires as from the original lot, and it gets no second grace.
    """

    lots: Lots = field(default_factory=lambda: NO_LOTS)
    pending: Pending = field(default_factory=lambda: NO_PENDING)
    holds: Holds = field(default_factory=lambda: MappingProxyType({}))
    owed: int = 0
    earned: int = 0
    spent: int = 0
    expired: int = 0
    expired_before_reversal: Lots = field(default_factory=lambda: NO_LOTS)
    grace_lots: GraceLots = field(default_factory=lambda: NO_GRACE_LOTS)

    @property
    def available(self) -> int:
        return sum(self.lots.values())

    @property
    def held(self) -> int:
        return sum(hold.amount for hold in self.holds.values())

    @property
    def vector(self) -> Vector:
        """The account's sums, without its lots."""
        return Vector(
            sum(self.pending.values()), self.available, self.held, self.owed, self.earned, self.spent, self.expired
        )

    @property
    def balance(self) -> int:
        """The whole balance less the debt; it is the sum of the entries' amounts."""
        return self.vector.balance


class Vector(NamedTuple):
    """The sums of an account; `earned` (less refunds), `spent` and `expired` count from its first entry."""

    pending: int = 0
    available: int = 0
    held: int = 0
    owed: int = 0
    earned: int = 0
    spent: int = 0
    expired: int = 0

    @property
    def balance(self) -> int:
        """The whole balance less the debt."""
        return self.pending + self.available + self.held - self.owed


@dataclass(frozen=True)
class Posting:
    """One operation: the signed change of each place, and the balances before and after it.

    Of a reversal, `taken_back` counts the earned points taken back. Some were `still_in_lot`; `expired_before_reversal`
    had expired, by lot; `forgiven` points will never be paid. A reinstatement has the same counts, negative except
    `still_in_lot`.
    """

    kind: EntryKind
    before: Balances
    after: Balances
    lots: Lots = field(default_factory=lambda: NO_LOTS)
    pending: Pending = field(default_factory=lambda: NO_PENDING)
    taken_back: int = 0
    still_in_lot: int = 0
    expired_before_reversal: Lots = field(default_factory=lambda: NO_LOTS)
    forgiven: int = 0

    @property
    def amount(self) -> int:
        """The signed change of the balance."""
        return self.after.balance - self.before.balance

    @property
    def taken(self) -> Taken:
        """The amounts that left the lots."""
        lots = negative({day: amount for day, amount in self.lots.items() if amount < 0})
        graced = plus(self.before.grace_lots, negative(self.after.grace_lots))
        return Taken(lots, trimmed(graced, lots))

    @property
    def is_news(self) -> bool:
        """Whether an event tells of the posting. An order that earns nothing, or a moved activation, is no news."""
        if self.kind is EntryKind.RIPENED:
            return bool(self.lots or self.owed)
        return bool(self.amount)

    @property
    def is_activity(self) -> bool:
        """Whether it counts as activity. A gift by staff does: points of an idle account would be overdue at once."""
        return self.kind in _ACTIVE and (self.kind is not EntryKind.ADJUSTED or self.amount > 0)

    @property
    def held(self) -> int:
        """The signed change of the held amount."""
        return self.after.held - self.before.held

    @property
    def owed(self) -> int:
        """The signed change of the debt."""
        return self.after.owed - self.before.owed


def soonest(lots: Lots, amount: int) -> Lots:
    """Up to `amount` from the lots, soonest expiring first."""
    taken: dict[date, int] = {}
    for day in sorted(lots):
        if amount <= 0:
            break
        taken[day] = min(amount, lots[day])
        amount -= taken[day]
    return taken


def latest(lots: Lots, amount: int) -> Lots:
    """Up to `amount` from the lots, latest expiring first."""
    kept = soonest(lots, sum(lots.values()) - amount)
    return plus(lots, negative(kept))


def plus(lots: Mapping[K, int], change: Mapping[K, int]) -> Mapping[K, int]:
    """The lots after a signed change, without empty lots."""
    if not change:
        return lots
    after = {day: lots.get(day, 0) + change.get(day, 0) for day in {*lots, *change}}
    return {day: after[day] for day in sorted(after) if after[day]}


def negative(lots: Mapping[K, int]) -> Mapping[K, int]:
    """The same amounts with the sign reversed."""
    return {day: -amount for day, amount in lots.items()}


def trimmed(grace_lots: GraceLots, lots: Lots) -> GraceLots:
    """The grace lots, with at most the amounts that `lots` hold."""
    left, kept = dict(lots), {}
    for where in sorted(grace_lots):
        part = min(grace_lots[where], left.get(where.lot, 0))
        if part > 0:
            kept[where] = part
            left[where.lot] -= part
    return kept


def write_lots(lots: Lots) -> dict[str, int]:
    """Lots as JSON, by day, soonest first."""
    return {day.isoformat(): lots[day] for day in sorted(lots)}


def write_grace_lots(grace_lots: GraceLots) -> dict[str, int]:
    """Amounts in grace lots as JSON: `<grace lot>/<original lot>` to amount."""
    return {f"{where.lot}/{where.of}": grace_lots[where] for where in sorted(grace_lots)}
