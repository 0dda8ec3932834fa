"""One account, of points or of store credit, and the few things that can happen to what is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field

Lots = dict[str, int]


# Where an entry stands among all: when it was posted, and its number.
Place = tuple[str, int]


# Amounts that had a grace, by its lot and their own one.
Graces = Counter[tuple[str, str]]


@dataclass
class Taken:
    """What left its lots, and what of it had a grace before."""

    lots: Lots = field(default_factory=dict)
    graced: Graces = field(default_factory=Counter)


@dataclass
class Hold:
    """What is set aside, by lot; `until` is a moment to the minute."""

    until: str
    taken: Taken
    value: int | None = None

    @property
    def amount(self) -> int:
        """How much it is."""
        return sum(self.taken.lots.values())


@dataclass(frozen=True)
class Qualifying:
    """Something that counts towards tiers: when it was posted, for which month and order, and by each measure."""

    posted: str
    month: str
    points: int
    money: int
    orders: int
    order: str


@dataclass
class Account:
    """What there is. `expiries` are what of which lot ever expired, and where; `gains` what was earned on which day.

    `grace_lots` is what came back when its lot had ended, by the lot of the grace and its own. `opened` is when the
    first order was placed; `tier_changes` are since when each tier is held, and the one before it. `festivals` are
    the months in which a birthday counted.
    """

    lots: Lots = field(default_factory=dict)
    pending: Lots = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    owed: int = 0
    earned: int = 0
    spent: int = 0
    expired: int = 0
    written_off: Counter[str] = field(default_factory=Counter)
    expiries: list[tuple[Place, str, int]] = field(default_factory=list)
    grace_lots: Graces = field(default_factory=Counter)
    gains: list[tuple[str, int]] = field(default_factory=list)
    qualifying: list[Qualifying] = field(default_factory=list)
    festivals: set[str] = field(default_factory=set)
    tier: str | None = None
    active_on: str | None = None
    opened: str | None = None
    tier_changes: list[tuple[str, str]] = field(default_factory=list)
    is_joined: bool = False
    is_closed: bool = False

    def tier_on(self, day: str) -> str:
        """The tier on a day, by the changes since."""
        tier = self.tier or ""
        for since, before in reversed(self.tier_changes):
            if since <= day:
                break
            tier = before
        return tier

    @property
    def held(self) -> int:
        """What is set aside."""
        return sum(hold.amount for hold in self.holds.values())

    @property
    def available(self) -> int:
        """What can be used."""
        return sum(self.lots.values())

    @property
    def vector(self) -> list[int]:
        """Everything in numbers, in the order in which entries say it."""
        waiting = sum(self.pending.values())
        return [waiting, self.available, self.held, self.owed, self.earned, self.spent, self.expired]

    @property
    def balance(self) -> int:
        """What the customer has, less what is owed."""
        return sum(self.pending.values()) + self.available + self.held - self.owed

    def expired_of(self, lot: str, since: Place = ("", 0)) -> int:
        """How much of a lot expired, of all or after an entry."""
        return sum(amount for place, of, amount in self.expiries if of == lot and place > since)

    def copy(self) -> Account:
        """As it is now."""
        return deepcopy(self)

    def put(self, lots: Mapping[str, int], *, fills_debt: bool) -> None:
        """Let something come in; where that fills what is owed, the soonest expiring does so first."""
        for day in sorted(lots):
            filled = min(self.owed, lots[day]) if fills_debt else 0
            self.owed -= filled
            self._add(self.lots, day, lots[day] - filled)

    def wait(self, on: str, lot: str, amount: int) -> None:
        """Let something be usable from a day on (or, negative, not any more)."""
        self._add(self.pending, f"{on}/{lot}", amount)

    def take(self, amount: int) -> Lots:
        """Take as much of it as there is, soonest expiring first; from which lots."""
        taken = soonest(self.lots, amount)
        for day, part in taken.items():
            self._add(self.lots, day, -part)
        return taken

    def spend(self, amount: int) -> Taken:
        """As `take`; of one lot, what never had a grace goes first."""
        before, lots = self.grace_lots, self.take(amount)
        self.trim()
        return Taken(lots, at_most(before - self.grace_lots, lots))

    def trim(self) -> None:
        """Forget the graces of what is not there any more."""
        self.grace_lots = at_most(self.grace_lots, self.lots)

    def take_of(self, day: str, amount: int) -> int:
        """Take as much of it as one lot has."""
        part = min(amount, self.lots.get(day, 0))
        self._add(self.lots, day, -part)
        return part

    def take_own(self, day: str, amount: int) -> int:
        """Take as much of it as one lot has, in a grace after it too."""
        taken = self.take_of(day, amount)
        for grace, of in sorted(self.grace_lots):
            if of == day:
                part = self.take_of(grace, min(amount - taken, self.grace_lots[grace, of]))
                self.grace_lots[grace, of] -= part
                taken += part
        return taken

    def put_back(self, taken: Taken, today: str, grace: str | None, *, fills_debt: bool) -> None:
        """Let something come back to its lots; what of it is over lives until the grace ends, if there is one.

        What had a grace has no other.
        """
        living, graced = Counter[str](), at_most(taken.graced, taken.lots)
        self.grace_lots.update(graced)
        for day, amount in taken.lots.items():
            had = sum(part for (lot, _), part in graced.items() if lot == day)
            late = amount - had if day < today else 0
            living[day] += amount - (late if grace else 0)
            if late and grace:
                living[grace] += late
                self.grace_lots[grace, day] += late
        self.put(living, fills_debt=fills_debt)

    def empty(self) -> None:
        """Leave nothing, and close it."""
        empty = Account(is_closed=True, tier=self.tier)
        self.__dict__.update(empty.__dict__)

    @staticmethod
    def _add(lots: Lots, day: str, amount: int) -> None:
        lots[day] = lots.get(day, 0) + amount
        if not lots[day]:
            del lots[day]


def at_most(graces: Graces, lots: Mapping[str, int]) -> Graces:
    """The graces, of no more than the lots hold."""
    left, kept = dict(lots), Graces()
    for lot, of in sorted(graces):
        part = min(graces[lot, of], left.get(lot, 0))
        if part > 0:
            kept[lot, of] = part
            left[lot] -= part
    return kept


def soonest(lots: Mapping[str, int], amount: int) -> Lots:
    """So much of the lots, soonest first."""
    taken: Lots = {}
    for day in sorted(lots):
        taken[day] = min(amount, lots[day])
        amount -= taken[day]
    return {day: part for day, part in taken.items() if part}


def latest(lots: Mapping[str, int], amount: int) -> Lots:
    """So much of the lots, latest first."""
    taken: Lots = {}
    for day in sorted(lots, reverse=True):
        taken[day] = min(amount, lots[day])
        amount -= taken[day]
    return {day: part for day, part in taken.items() if part}


def difference(after: Mapping[str, int], before: Mapping[str, int]) -> Lots:
    """What changed."""
    changes = {day: after.get(day, 0) - before.get(day, 0) for day in {*after, *before}}
    return {day: part for day, part in changes.items() if part}
