"""What orders earned and what was paid for them in points and credit, and what should become of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from tests.simulation.loyalty.model.account import Account, Place
from tests.simulation.loyalty.model.terms import NEVER


def undone_of(order: Mapping[str, Any]) -> int:
    """How much of its money does not stand."""
    money: int = order["total"] if order.get("cancelled_at") else order["refunded"]
    return money


def to_take_back(earned: int, total: int, undone: int) -> int:
    """What must be gone of its points: what stays is in proportion to the money that stays, rounded down."""
    return earned - earned * (total - undone) // total


def to_restore(spent: int, order: Mapping[str, Any]) -> int:
    """What must have come back of what paid for it: in proportion, rounded down; of a free one, all or nothing."""
    if order.get("cancelled_at"):
        return spent
    return int(spent * Fraction(order["refunded"], order["total"])) if order["total"] else 0


class Fate(StrEnum):
    """What became of points that were taken back."""

    LEFT = "left"
    EXPIRED = "expired"
    FORGIVEN = "forgiven"


@dataclass
class Piece:
    """Some points of one lot, which lie there since an entry."""

    lot: str
    amount: int
    since: Place
    fate: Fate = Fate.LEFT


@dataclass
class Earning:
    """What one order earned. `stands` and `gone` are piles of its points: what was taken last comes back first."""

    earned: int
    total: int
    placed: str
    currency: str
    lot: str
    version: int
    ripens: str | None = None
    undone: int = 0
    settled: int = 0
    is_delivered: bool = False
    stands: list[Piece] = field(default_factory=list)
    gone: list[Piece] = field(default_factory=list)

    @property
    def taken_back(self) -> int:
        """How many of its points are undone."""
        return sum(piece.amount for piece in self.gone)

    def take_back(self, account: Account, amount: int, today: str, *, forgives: bool) -> None:
        """Take back so many: what still waits, what lies in its lots, what of these expired unspent, then others."""
        pieces = _pop(self.stands, amount)
        waiting = min(amount, account.pending.get(f"{self.ripens}/{self.lot}", 0)) if self.ripens else 0
        if waiting:
            account.wait(self.ripens or "", self.lot, -waiting)
        own, expired, left = waiting, Counter[str](), amount - waiting
        for piece in pieces:
            share = min(left, piece.amount)
            left -= share
            taken = account.take_own(piece.lot, share)
            is_over = piece.lot < today or piece.lot == NEVER
            uncounted = max(account.expired_of(piece.lot) - account.written_off[piece.lot], 0) if is_over else 0
            # What expired before these points came was others'.
            lost = min(share - taken, uncounted, account.expired_of(piece.lot, piece.since))
            own, expired[piece.lot] = own + taken, expired[piece.lot] + lost
            account.written_off[piece.lot] += lost
        others = amount - own - expired.total()
        missing = others - sum(account.take(others).values())
        account.owed += 0 if forgives else missing
        forgiven = missing if forgives else 0
        came = {piece.lot: piece.since for piece in pieces}
        lot, since = (pieces[0].lot, pieces[0].since) if pieces else (NEVER, ("", 0))
        self.gone += [
            Piece(lot, own, since),
            *(Piece(day, part, came[day], Fate.EXPIRED) for day, part in expired.items()),
            Piece(lot, others - forgiven, since),
            Piece(lot, forgiven, since, Fate.FORGIVEN),
        ]
        account.earned -= amount

    def give_back(self, account: Account, amount: int, today: str, grace: str, place: Place) -> None:
        """Give back so many of those taken last; not what had expired or was forgiven: nobody had been without it."""
        pieces = _pop(self.gone, amount)
        expired = [piece for piece in pieces if piece.fate is Fate.EXPIRED]
        for piece in expired:
            account.written_off[piece.lot] -= piece.amount
        given = sum(piece.amount for piece in pieces if piece.fate is Fate.LEFT)
        lot = grace if self.lot < today else self.lot
        if self.ripens and self.ripens > today:
            account.wait(self.ripens, max(lot, self.ripens), given)
        else:
            account.put({lot: given}, fills_debt=True)
        rest = amount - sum(piece.amount for piece in expired)
        self.stands += [*(Piece(piece.lot, piece.amount, piece.since) for piece in expired), Piece(lot, rest, place)]
        account.earned += amount


@dataclass
class Spending:
    """What one account paid of one order, by lot; what of that is back; until which version that is settled."""

    spent: Counter[str] = field(default_factory=Counter)
    back: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    settlements: int = 0


def _pop(pile: list[Piece], amount: int) -> list[Piece]:
    """So many off the pile, newest first."""
    taken = []
    while amount > 0 and pile:
        piece = pile.pop()
        part = min(amount, piece.amount)
        amount -= part
        if part:
            taken.append(replace(piece, amount=part))
        if part < piece.amount:
            pile.append(replace(piece, amount=piece.amount - part))
    return taken
