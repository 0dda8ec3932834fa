"""What an account holds, and in which words.

It is the same for points and for store credit; an amount is a number of points, or of the currency's minor units.
What an account holds is in four places:

- `lots`: what can be used, by the last day on which it can be;
- `pending`: what will be, by the day on which it becomes usable and the lot that it then falls into;
- `held`: set aside for a checkout that is not finished; each hold remembers the lots that it came from;
- `owed`: what was spent before the order that had earned it was refunded.

Always, after any operation: the balance (usable + pending + held - owed) is the sum of the entries' amounts, and no
place is below zero. `spent` and `expired` only say what became of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

K = TypeVar("K", bound=tuple[date, date] | date)

Lots = Mapping[date, int]


class Activation(NamedTuple):
    """Where pending amounts lie: the day of their activation, and the lot they then fall into."""

    on: date
    lot: date


Pending = Mapping[Activation, int]


class GraceLot(NamedTuple):
    """Where amounts lie that returned when their lot had ended: the lot of the grace, and the one they are of."""

    lot: date
    of: date


GraceLots = Mapping[GraceLot, int]

NO_LOTS: Final[Lots] = MappingProxyType({})
NO_PENDING: Final[Pending] = MappingProxyType({})
_NO_GRACE_LOTS: Final[GraceLots] = MappingProxyType({})


class EntryKind(StrEnum):
    """What an entry did."""

    EARNED = "earned"
    # Points were activated: what was pending can be used.
    RIPENED = "ripened"
    # Earned and taken back with its order's money; and given back, when the order was reinstated.
    REVERSED = "reversed"
    REINSTATED = "reinstated"
    # Set aside for a checkout; then taken or given back.
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    # Spent at once; and given back, when what it was spent on was refunded.
    REDEEMED = "redeemed"
    RESTORED = "restored"
    ADJUSTED = "adjusted"
    EXPIRED = "expired"
    # The tier was looked at and changed, for time had passed.
    REVIEWED = "reviewed"
    # Store credit that staff gave, or took back.
    ISSUED = "issued"
    REVOKED = "revoked"
    # The first of the account that stays and the last of the one that ends.
    MERGED_IN = "merged_in"
    MERGED_OUT = "merged_out"
    # The last entry of an erased person's account.
    VOIDED = "voided"


@dataclass(frozen=True)
class Hold:
    """What is set aside for a checkout: until when, and which lots it came from.

    `order` is the order's id, where it is known by then; `value` what points are worth in the minor unit.
    """

    until: datetime
    lots: Lots
    order: str | None = None
    value: int | None = None

    @property
    def amount(self) -> int:
        """How much it is."""
        return sum(self.lots.values())


Holds = Mapping[str, Hold]

_NO_HOLDS: Final[Holds] = MappingProxyType({})


@dataclass(frozen=True)
class Balances:
    """The balances of an account.

    `expired_before_reversal` counts, by lot, what had expired unspent when its order was refunded: it counted as taken
    back, and no other order of the same lot may count it again. `grace_lots` says which lot the amounts in a grace are
    of: what expires there unspent expired of that lot.
    """

    lots: Lots = field(default_factory=lambda: NO_LOTS)
    pending: Pending = field(default_factory=lambda: NO_PENDING)
    holds: Holds = field(default_factory=lambda: _NO_HOLDS)
    owed: int = 0
    earned: int = 0
    spent: int = 0
    expired: int = 0
    expired_before_reversal: Lots = field(default_factory=lambda: NO_LOTS)
    grace_lots: GraceLots = field(default_factory=lambda: _NO_GRACE_LOTS)

    @property
    def available(self) -> int:
        """What can be used now."""
        return sum(self.lots.values())

    @property
    def held(self) -> int:
        """What is set aside."""
        return sum(hold.amount for hold in self.holds.values())

    @property
    def vector(self) -> Vector:
        """Where everything is, in numbers."""
        return Vector(
            sum(self.pending.values()), self.available, self.held, self.owed, self.earned, self.spent, self.expired
        )

    @property
    def balance(self) -> int:
        """What the customer has in all, less what is owed; the sum of the entries' amounts."""
        return self.vector.balance


class Vector(NamedTuple):
    """An account in numbers; `earned` (less what refunds took back), `spent` and `expired` since it began."""

    pending: int = 0
    available: int = 0
    held: int = 0
    owed: int = 0
    earned: int = 0
    spent: int = 0
    expired: int = 0

    @property
    def balance(self) -> int:
        """What the customer has in all, less what is owed."""
        return self.pending + self.available + self.held - self.owed


@dataclass(frozen=True)
class Posting:
    """What one operation posts: the signed change of each place, and the balances before and after it.

    Of a reversal, `taken_back` is how many earned points it takes back. Of these, `still_in_lot` were still there,
    `expired_before_reversal` had expired, by lot, and `forgiven` will never be paid by anybody. Of a reinstatement all
    but `still_in_lot` are negative.
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
    def is_news(self) -> bool:
        """Whether it is to be told: not that an order earns nothing, or that a delivery moves a day, say."""
        if self.kind is EntryKind.RIPENED:
            return bool(self.lots or self.owed)
        return bool(self.amount) or self.kind is EntryKind.CAPTURED

    @property
    def held(self) -> int:
        """The signed change of what is set aside."""
        return self.after.held - self.before.held

    @property
    def owed(self) -> int:
        """The signed change of what is owed."""
        return self.after.owed - self.before.owed


def soonest(lots: Lots, amount: int) -> Lots:
    """As much of `amount` as the lots hold, from the soonest expiring on."""
    taken: dict[date, int] = {}
    for day in sorted(lots):
        if amount <= 0:
            break
        taken[day] = min(amount, lots[day])
        amount -= taken[day]
    return taken


def latest(lots: Lots, amount: int) -> Lots:
    """As much of `amount` as the lots hold, from the latest expiring on."""
    kept = soonest(lots, sum(lots.values()) - amount)
    return plus(lots, negative(kept))


def plus(lots: Mapping[K, int], change: Mapping[K, int]) -> Mapping[K, int]:
    """The lots after a signed change; an empty one is gone."""
    if not change:
        return lots
    after = {day: lots.get(day, 0) + change.get(day, 0) for day in {*lots, *change}}
    return {day: after[day] for day in sorted(after) if after[day]}


def negative(lots: Mapping[K, int]) -> Mapping[K, int]:
    """The same amounts, taken."""
    return {day: -amount for day, amount in lots.items()}


def write_lots(lots: Lots) -> dict[str, int]:
    """Lots as JSON says them: by day, soonest first."""
    return {day.isoformat(): lots[day] for day in sorted(lots)}


def read_lots(written: dict[str, int]) -> Lots:
    """Lots as JSON says them."""
    return {date.fromisoformat(day): amount for day, amount in written.items()}
