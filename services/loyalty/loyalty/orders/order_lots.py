"""Where the points of one order went: which of them remain, in which lots, and what became of those taken back.

What is given back is what was taken last. So an order that is refunded in part, cancelled and reinstated leaves its
customer with what the refund alone would have, however often that happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum, auto

from loyalty.ledger.balances import Lots

# An entry's, in the order of entries.
Place = tuple[datetime, int]


class _Outcome(Enum):
    """What became of points that were taken back: they left the account, had expired already, or nobody pays them."""

    LEFT = auto()
    EXPIRED = auto()
    FORGIVEN = auto()


@dataclass(frozen=True)
class _Portion:
    """Some points of one lot, given by the entry at `since`; `outcome` is of those that were taken back."""

    lot: date
    since: Place
    amount: int
    outcome: _Outcome = _Outcome.LEFT


@dataclass
class OrderLots:
    """The points of one order, in two stacks whose last portion is the newest. Kept up entry by entry."""

    remaining: list[_Portion] = field(default_factory=list)
    taken_back: list[_Portion] = field(default_factory=list)

    @classmethod
    def earned(cls, amount: int, lot: date, at: Place) -> OrderLots:
        """As they were earned."""
        return cls([_Portion(lot, at, amount)])

    def newest_first(self) -> list[tuple[date, int, Place]]:
        """Lots and amounts of the points that remain, and since when they are there, in a reversal's order."""
        return [(portion.lot, portion.amount, portion.since) for portion in reversed(self.remaining)]

    def take_back(self, amount: int, still_in_lot: int, already_expired: Lots, forgiven: int) -> None:
        """A reversal: what was `still_in_lot`, `already_expired` or `forgiven`; the rest came from other lots."""
        portions = _pop(self.remaining, amount)
        by_lot = {portion.lot: portion for portion in portions}
        newest = portions[0]
        self.taken_back += [
            replace(newest, amount=still_in_lot),
            # As the reversal went through them, not by their days.
            *(
                replace(portion, amount=already_expired[day], outcome=_Outcome.EXPIRED)
                for day, portion in by_lot.items()
                if day in already_expired
            ),
            replace(newest, amount=amount - still_in_lot - sum(already_expired.values()) - forgiven),
            replace(newest, amount=forgiven, outcome=_Outcome.FORGIVEN),
        ]

    def give_back(self, amount: int, lot: date, at: Place) -> None:
        """A reinstatement into `lot`. What had expired lies where it did."""
        portions = _pop(self.taken_back, amount)
        expired = [portion for portion in portions if portion.outcome is _Outcome.EXPIRED]
        rest = amount - sum(portion.amount for portion in expired)
        self.remaining += [*(replace(portion, outcome=_Outcome.LEFT) for portion in expired), _Portion(lot, at, rest)]

    def lost_of_last(self, amount: int) -> tuple[Mapping[date, int], int]:
        """Of the last `amount` taken back: what had expired, by lot, and what was forgiven."""
        portions = _pop([*self.taken_back], amount)
        expired: dict[date, int] = {}
        for portion in portions:
            if portion.outcome is _Outcome.EXPIRED:
                expired[portion.lot] = expired.get(portion.lot, 0) + portion.amount
        return expired, sum(portion.amount for portion in portions if portion.outcome is _Outcome.FORGIVEN)


def _pop(stack: list[_Portion], amount: int) -> list[_Portion]:
    """Take so much off the stack, newest first."""
    taken: list[_Portion] = []
    while amount > 0 and stack:
        portion = stack.pop()
        part = min(amount, portion.amount)
        amount -= part
        if part:
            taken.append(replace(portion, amount=part))
        if part < portion.amount:
            stack.append(replace(portion, amount=portion.amount - part))
    return taken
