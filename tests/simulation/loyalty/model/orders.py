"""What orders earned and what was paid for them in points and credit, and what should become of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from tests.simulation.loyalty.model.account import Account, Graces, Place
from tests.simulation.loyalty.model.terms import NEVER


def reversed_amount(order: Mapping[str, Any]) -> int:
    """How much of its money is reversed."""
    money: int = order["total"] if order.get("cancelled_at") else order["refunded"]
    return money


def earning_money(order: Mapping[str, Any], counts: Collection[str], left_out: int) -> tuple[int, int]:
    """What of an order's money earns, its goods and the parts that `counts` names: what stays of it, and all of it.

    Cent by cent: what refunds name goes first, then goods, those `left_out` last, then shipping, then tax. If nothing
    of it earns, it counts as a cent while anything of it stays.
    """
    stays = int(reversed_amount(order) < order["total"])
    tax, shipping = order.get("tax", 0), order.get("shipping", 0)
    named_tax, named_shipping = order.get("refunded_tax", 0), order.get("refunded_shipping", 0)
    goods = order["total"] - tax - shipping
    earning = max(goods - left_out, 0)
    left = {
        "goods": earning,
        "left out": goods - earning,
        "shipping": shipping - named_shipping,
        "tax": tax - named_tax,
    }
    unnamed = order["refunded"] - named_tax - named_shipping
    for part, amount in left.items():
        left[part] = max(amount - unnamed, 0)
        unnamed = max(unnamed - amount, 0)
    paid = earning + sum(order.get(part, 0) for part in counts)
    return stays and sum(left[part] for part in ("goods", *counts)) if paid else stays, paid or 1


def to_take_back(earned: int, share: Fraction, steps: tuple[int, int] | None = None) -> int:
    """What must be gone of its points: what stays is in proportion to the earning money that stays, rounded down.

    With `steps`, the money that earned and the size of a step, whole steps of it stay.
    """
    return earned - int(earned * in_steps(share, steps))


def in_steps(share: Fraction, steps: tuple[int, int] | None) -> Fraction:
    """A share of the money that earned, in whole steps if only these earn."""
    if steps is None:
        return share
    money, step = steps
    return Fraction(int(money * share) // step, money // step) if money >= step else Fraction(0)


def to_restore(spent: int, order: Mapping[str, Any]) -> int:
    """What must have come back of what paid for it: in proportion, rounded down; of a free one, all or nothing."""
    if order.get("cancelled_at"):
        return spent
    return int(spent * Fraction(order["refunded"], order["total"])) if order["total"] else 0


class Outcome(StrEnum):
    """What became of points that were taken back."""

    LEFT = "left"
    EXPIRED = "expired"
    FORGIVEN = "forgiven"


@dataclass
class Portion:
    """Some points of one lot, which lie there since an entry."""

    lot: str
    amount: int
    since: Place
    outcome: Outcome = Outcome.LEFT


@dataclass(frozen=True)
class ByTier:
    """The tier that an order earned by, and what it would have earned in each.

    `reached` is the last day on which that was reached, if it ever was; by the orders `before` it.
    """

    tier: str
    points: Mapping[str, int]
    reached: str | None
    before: frozenset[str]


@dataclass
class Earning:
    """What one order earned. `remaining` and `taken_points` are stacks: what was taken last comes back first."""

    earned: int
    placed: str
    currency: str
    lot: str
    version: int
    activates_on: str | None = None
    # What of its money is not reversed, and what share of that which earned.
    stays: int = 0
    kept: Fraction = Fraction(1)
    settled: int = 0
    is_delivered: bool = False
    # The fewest points that must stay of it, as it earned first, to count for a referral.
    brings: int = 1
    # The parts of its total that earned beside the goods, the money that earned, and the size of its steps.
    counts: tuple[str, ...] = ()
    paid: int = 1
    steps: tuple[int, int] | None = None
    by_tier: ByTier | None = None
    # What it earns now, in the tier that the orders before it give.
    worth: int = 0
    # What an edit gave beyond all that was ever taken back.
    beyond: int = 0
    # The day by whose limits it earned, and these; and how many points it used up of them.
    as_of: str = ""
    limits: tuple[int | None, int | None, int | None] = (None, None, None)
    used: int = 0
    # Of an edited order: what it may have while nothing is refunded, and what share of its money that is.
    most: tuple[int, Fraction] | None = None
    remaining: list[Portion] = field(default_factory=list)
    taken_points: list[Portion] = field(default_factory=list)

    @property
    def least(self) -> int:
        """The fewest points that must stay of it now to count for a referral."""
        return max(self.brings * self.worth // self.earned, 1) if self.earned else self.brings

    def share_of(self, order: Mapping[str, Any], left_out: int) -> Fraction:
        """What stays of an order's money that earns, as a share of what earned at first; an edit may leave more."""
        return Fraction(earning_money(order, self.counts, left_out)[0], self.paid)

    def to_take_back(self, share: Fraction) -> int:
        """What must be gone of its points when so much of its money stays."""
        if self.most:
            points, whole = self.most[0], in_steps(self.most[1], self.steps)
            if int(self.worth * whole) > points:
                return self.earned - int(points * in_steps(share, self.steps) / whole)
        return self.earned - self.worth + to_take_back(self.worth, share, self.steps)

    @property
    def taken_back(self) -> int:
        """How many of its points are taken back."""
        return sum(portion.amount for portion in self.taken_points) - self.beyond

    def take_back(self, account: Account, amount: int, today: str, *, forgives: bool) -> None:
        """Take back so many: what still waits, what lies in its lots, what of these expired unspent, then others."""
        portions = _pop(self.remaining, amount)
        waiting = min(amount, account.pending.get(f"{self.activates_on}/{self.lot}", 0)) if self.activates_on else 0
        if waiting:
            account.wait(self.activates_on or "", self.lot, -waiting)
        own, expired, left = waiting, Counter[str](), amount - waiting
        for portion in portions:
            share = min(left, portion.amount)
            left -= share
            taken = account.take_own(portion.lot, share)
            is_overdue = portion.lot < today or portion.lot == NEVER
            uncounted = max(account.expired_of(portion.lot) - account.written_off[portion.lot], 0) if is_overdue else 0
            # What expired before these points came was others'.
            lost = min(share - taken, uncounted, account.expired_of(portion.lot, portion.since))
            own, expired[portion.lot] = own + taken, expired[portion.lot] + lost
            account.written_off[portion.lot] += lost
        others = amount - own - expired.total()
        missing = others - sum(account.take(others).values())
        account.owed += 0 if forgives else missing
        forgiven = missing if forgives else 0
        came = {portion.lot: portion.since for portion in portions}
        lot, since = (portions[0].lot, portions[0].since) if portions else (NEVER, ("", 0))
        self.taken_points += [
            Portion(lot, own, since),
            *(Portion(day, part, came[day], Outcome.EXPIRED) for day, part in expired.items()),
            Portion(lot, others - forgiven, since),
            Portion(lot, forgiven, since, Outcome.FORGIVEN),
        ]
        account.earned -= amount

    def give_back(self, account: Account, amount: int, today: str, place: Place) -> None:
        """Give back so many of those taken last; not what had expired or was forgiven: nobody had been without it.

        Of an order that an edit made larger, so many more.
        """
        portions = _pop(self.taken_points, amount)
        self.beyond += amount - sum(portion.amount for portion in portions)
        expired = [portion for portion in portions if portion.outcome is Outcome.EXPIRED]
        for portion in expired:
            account.written_off[portion.lot] -= portion.amount
        given = amount - sum(portion.amount for portion in portions if portion.outcome is not Outcome.LEFT)
        lot = self.lot
        if self.activates_on and self.activates_on > today:
            account.wait(self.activates_on, max(lot, self.activates_on), given)
        else:
            account.put({lot: given}, fills_debt=True)
        rest = amount - sum(portion.amount for portion in expired)
        self.remaining += [
            *(Portion(portion.lot, portion.amount, portion.since) for portion in expired),
            Portion(lot, rest, place),
        ]
        account.earned += amount


@dataclass
class Spending:
    """What one account paid of one order, by lot; what of that is back; until which version that is settled.

    What is spent again comes from other lots perhaps: of these less than nothing is back. `graced` had a grace before.
    """

    spent: Counter[str] = field(default_factory=Counter)
    back: Counter[str] = field(default_factory=Counter)
    graced: Graces = field(default_factory=Counter)
    settled: int = 0
    settlements: int = 0


def _pop(pile: list[Portion], amount: int) -> list[Portion]:
    """So many off the pile, newest first."""
    taken = []
    while amount > 0 and pile:
        portion = pile.pop()
        part = min(amount, portion.amount)
        amount -= part
        if part:
            taken.append(replace(portion, amount=part))
        if part < portion.amount:
            pile.append(replace(portion, amount=portion.amount - part))
    return taken
