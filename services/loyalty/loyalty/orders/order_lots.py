"""Where the points of one order went: which of them stand, in which lots, and what became of those taken back.

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


class _Fate(Enum):
    """What became of points that were taken back: they left the account, had expired already, or nobody pays them."""

    LEFT = auto()
    EXPIRED = auto()
    FORGIVEN = auto()


@dataclass(frozen=True)
class _Piece:
    """Some points of one lot, which an entry of that `place` brought there; `fate` is of those that were taken back."""

    lot: date
    since: Place
    amount: int
    fate: _Fate = _Fate.LEFT


@dataclass
class Parcels:
    """The points of one order, in two piles whose last piece is the newest. Kept up entry by entry."""

    standing: list[_Piece] = field(default_factory=list)
    undone: list[_Piece] = field(default_factory=list)

    @classmethod
    def earned(cls, amount: int, lot: date, at: Place) -> Parcels:
        """As they were earned."""
        return cls([_Piece(lot, at, amount)])

    def newest_first(self) -> list[tuple[date, int, Place]]:
        """Lots and amounts of the points that stand, and since when they are there, as a reversal goes through them."""
        return [(piece.lot, piece.amount, piece.since) for piece in reversed(self.standing)]

    def take_back(self, amount: int, own: int, gone: Lots, forgiven: int) -> None:
        """A reversal: `own` of it was still there, `gone` had expired; the rest is others', or was `forgiven`."""
        pieces = _pop(self.standing, amount)
        came = {piece.lot: piece for piece in pieces}
        newest = pieces[0]
        self.undone += [
            replace(newest, amount=own),
            # As the reversal went through them, not by their days.
            *(replace(piece, amount=gone[day], fate=_Fate.EXPIRED) for day, piece in came.items() if day in gone),
            replace(newest, amount=amount - own - sum(gone.values()) - forgiven),
            replace(newest, amount=forgiven, fate=_Fate.FORGIVEN),
        ]

    def give_back(self, amount: int, lot: date, at: Place) -> None:
        """A reinstatement into `lot`. What had expired lies where it did."""
        pieces = _pop(self.undone, amount)
        expired = [piece for piece in pieces if piece.fate is _Fate.EXPIRED]
        rest = amount - sum(piece.amount for piece in expired)
        self.standing += [*(replace(piece, fate=_Fate.LEFT) for piece in expired), _Piece(lot, at, rest)]

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
            taken.append(replace(piece, amount=part))
        if part < piece.amount:
            pile.append(replace(piece, amount=piece.amount - part))
    return taken
