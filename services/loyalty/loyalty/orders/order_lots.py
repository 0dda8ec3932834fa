"""The lots of one order's points: the remaining points, and the outcomes of points taken back.

A reinstatement gives back the points that were taken last. So after a partial refund, a cancellation and a
reinstatement the customer has the same as after the refund alone, however often that happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum, auto

from loyalty.ledger.balances import Lots

# The moment and the number of an entry: entries sort by them.
Place = tuple[datetime, int]


class _Outcome(Enum):
    """The outcome of points taken back: they left the account, had expired before, or were forgiven."""

    LEFT = auto()
    EXPIRED = auto()
    FORGIVEN = auto()


@dataclass(frozen=True)
class _Portion:
    """Some points of one lot, given by the entry at `since`. `outcome` applies to points taken back."""

    lot: date
    since: Place
    amount: int
    outcome: _Outcome = _Outcome.LEFT


@dataclass
class OrderLots:
    """The points of one order in two stacks, each with its newest portion last.

    Each entry of the order updates them.
    """

    remaining: list[_Portion] = field(default_factory=list)
    taken_back: list[_Portion] = field(default_factory=list)

    @classmethod
    def earned(cls, amount: int, lot: date, at: Place) -> OrderLots:
        return cls([_Portion(lot, at, amount)])

    def newest_first(self) -> list[tuple[date, int, Place]]:
        """Lot, amount and arrival of the remaining points, in the order in which a reversal takes them."""
        return [(portion.lot, portion.amount, portion.since) for portion in reversed(self.remaining)]

    def take_back(self, amount: int, still_in_lot: int, already_expired: Lots, forgiven: int) -> None:
        """Take back `amount`: parts were `still_in_lot`, `already_expired` or `forgiven`.

        The rest came from other lots.
        """
        portions = _pop(self.remaining, amount)
        by_lot = {portion.lot: portion for portion in portions}
        newest = portions[0]
        self.taken_back += [
            replace(newest, amount=still_in_lot),
            # In the order in which the reversal took the lots, not by their days.
            *(
                replace(portion, amount=already_expired[day], outcome=_Outcome.EXPIRED)
                for day, portion in by_lot.items()
                if day in already_expired
            ),
            replace(newest, amount=amount - still_in_lot - sum(already_expired.values()) - forgiven),
            replace(newest, amount=forgiven, outcome=_Outcome.FORGIVEN),
        ]

    def give_back(self, amount: int, lot: date, at: Place) -> None:
        """Give `amount` back into `lot`. Expired points return to the lot in which they expired."""
        portions = _pop(self.taken_back, amount)
        expired = [portion for portion in portions if portion.outcome is _Outcome.EXPIRED]
        rest = amount - sum(portion.amount for portion in expired)
        self.remaining += [*(replace(portion, outcome=_Outcome.LEFT) for portion in expired), _Portion(lot, at, rest)]

    def lost_of_last(self, amount: int) -> tuple[Mapping[date, int], int]:
        """Of the last `amount` taken back: the expired points by lot, and the number forgiven."""
        portions = _pop([*self.taken_back], amount)
        expired: dict[date, int] = {}
        for portion in portions:
            if portion.outcome is _Outcome.EXPIRED:
                expired[portion.lot] = expired.get(portion.lot, 0) + portion.amount
        return expired, sum(portion.amount for portion in portions if portion.outcome is _Outcome.FORGIVEN)


def _pop(stack: list[_Portion], amount: int) -> list[_Portion]:
    """Take `amount` off the stack, newest first."""
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
