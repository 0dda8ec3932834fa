"""Where the points of one order went: which of them stand, in which lots, and what became of those taken back.

What is given back is what was taken last. So an order that is refunded in part, cancelled and reinstated leaves its
customer with what the refund alone would have, however often that happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto

from loyalty.ledger.standing import Lots


class _Fate(Enum):
    """What became of points that were taken back: they left the account, had expired already, or nobody pays them."""

    LEFT = auto()
    EXPIRED = auto()
    FORGIVEN = auto()


@dataclass(frozen=True)
class _Piece:
    """Some points of one lot; `fate` is of those that were taken back."""

    lot: date
    amount: int
    fate: _Fate = _Fate.LEFT


@dataclass
class Parcels:
    """The points of one order, in two piles whose last piece is the newest. Kept up entry by entry."""

    standing: list[_Piece] = field(default_factory=list)
    undone: list[_Piece] = field(default_factory=list)

    @classmethod
    def earned(cls, amount: int, lot: date) -> Parcels:
        """As they were earned."""
        return cls([_Piece(lot, amount)])

    def newest_first(self) -> list[tuple[date, int]]:
        """Lots and amounts of the points that stand, as a reversal goes through them."""
        return [(piece.lot, piece.amount) for piece in reversed(self.standing)]

    def take_back(self, amount: int, waiting: int, lots: Lots, gone: Lots, forgiven: int) -> None:
        """A reversal: `waiting` came out of what was pending, `lots` are its signed changes."""
        pieces = _pop(self.standing, amount)
        own = waiting - sum(lots.get(piece.lot, 0) for piece in pieces)
        left = amount - sum(gone.values()) - forgiven
        lot = pieces[0].lot if pieces else date.max
        self.undone += [
            _Piece(lot, min(own, left)),
            *(_Piece(day, points, _Fate.EXPIRED) for day, points in gone.items()),
            _Piece(lot, max(left - own, 0)),
            _Piece(lot, forgiven, _Fate.FORGIVEN),
        ]

    def give_back(self, amount: int, lot: date) -> None:
        """A reinstatement into `lot`. What had expired lies where it did."""
        pieces = _pop(self.undone, amount)
        expired = [piece for piece in pieces if piece.fate is _Fate.EXPIRED]
        rest = amount - sum(piece.amount for piece in expired)
        self.standing += [*(_Piece(piece.lot, piece.amount) for piece in expired), _Piece(lot, rest)]

    def lost_of_last(self, amount: int) -> tuple[Mapping[date, int], int]:
        """Of the last `amount` taken back: what had expired, by lot, and what was forgiven."""
        pieces = _pop([*self.undone], amount)
        expired: dict[date, int] = {}
        for piece in pieces:
            if piece.fate is _Fate.EXPIRED:
                expired[piece.lot] = expired.get(piece.lot, 0) + piece.amount
        return expired, sum(piece.amount for piece in pieces if piece.fate is _Fate.FORGIVEN)


def _pop(pile: list[_Piece], amount: int) -> list[_Piece]:
    """Take so much off the pile, newest first."""
    taken: list[_Piece] = []
    while amount > 0 and pile:
        piece = pile.pop()
        part = min(amount, piece.amount)
        amount -= part
        if part:
            taken.append(_Piece(piece.lot, part, piece.fate))
        if part < piece.amount:
            pile.append(_Piece(piece.lot, piece.amount - part, piece.fate))
    return taken
