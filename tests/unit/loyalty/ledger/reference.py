"""A ledger as one would keep it by hand: a list of single points' whereabouts, one operation after the other.

It shares no arithmetic with `ledger.rules`: no lots are kept by day, nothing is summed beforehand, and every operation
picks from the list what it takes, point after point of a parcel. So is what an order earned a pile of single points,
of which the uppermost goes first. It is slow, and easy to believe.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from itertools import count, groupby
from typing import Final

Place = str

# Which entry of all accounts is the how-manieth.
_MOMENTS: Final = count(1)


class Outcome(Enum):
    """What became of a point that was taken back: it left the account, had expired already, or nobody pays it."""

    LEFT = auto()
    EXPIRED = auto()
    FORGIVEN = auto()


@dataclass
class Point:
    """One point of an order: the lot that it fell into, and with which entry; its outcome once it is taken back."""

    lot: date
    since: int
    outcome: Outcome = Outcome.LEFT

    @property
    def lot_share(self) -> tuple[date, int]:
        """What came with it into its lot has the same."""
        return self.lot, self.since

    def may_be_over(self, today: date) -> bool:
        """Whether its lot has ended, or is one that ends whenever the account has long not been used."""
        return self.lot < today or self.lot == date.max


@dataclass
class Order:
    """What an order earned: its points that remain and those taken back, in stacks; what came last is on top."""

    lot: date
    activates_on: date | None
    remaining: list[Point]
    taken_back: list[Point] = field(default_factory=list)
    is_delivered: bool = False

    def lot_shares(self) -> list[tuple[date, int, int]]:
        """Of its points that remain, the uppermost first: lot, entry and how many."""
        runs = groupby(reversed(self.remaining), key=lambda point: point.lot_share)
        return [(lot, since, len([*points])) for (lot, since), points in runs]

    def lost_of_last(self, amount: int) -> tuple[Counter[date], int]:
        """Of the uppermost taken back: those that had expired, by lot, and how many nobody pays."""
        last = self.taken_back[len(self.taken_back) - amount :]
        expired = Counter(point.lot for point in last if point.outcome is Outcome.EXPIRED)
        return expired, sum(1 for point in last if point.outcome is Outcome.FORGIVEN)

    def move(self, until: date) -> None:
        """Let its points wait until another day."""
        for point in self.remaining:
            point.lot = max(point.lot, until)
        self.activates_on, self.lot = until, max(self.lot, until)


@dataclass
class Coin:
    """One point: where it is, its lot, when it is activated while it waits, and which hold has it.

    `of` is its own lot, once it had a grace.
    """

    place: Place
    lot: date
    activates_on: date | None = None
    hold: str | None = None
    of: date | None = None

    @property
    def place_in_lot(self) -> tuple[date, bool, int]:
        """The soonest expiring goes first; of one lot, what never had a grace, then the latest of what had one."""
        return self.lot, self.of is not None, -(self.of or date.min).toordinal()


# Of each point that was spent: its lot, and its own one if it had a grace.
Spent = Counter[tuple[date, date | None]]


@dataclass
class Reference:
    """One account.

    `entries` are the signed changes of the balance; `expiries` the lot and the moment of each point that expired.
    """

    coins: list[Coin] = field(default_factory=list)
    owed: int = 0
    earned: int = 0
    spent: int = 0
    expired: int = 0
    expired_before_reversal: Counter[date] = field(default_factory=Counter)
    expiries: list[tuple[date, int]] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)

    # --- what is in it

    @property
    def lots(self) -> dict[date, int]:
        return dict(Counter(coin.lot for coin in self.coins if coin.place == "usable"))

    @property
    def pending(self) -> dict[tuple[date, date], int]:
        return dict(
            Counter((coin.activates_on or date.max, coin.lot) for coin in self.coins if coin.place == "pending")
        )

    @property
    def holds(self) -> dict[str, dict[date, int]]:
        held: dict[str, Counter[date]] = {}
        for coin in self.coins:
            if coin.place == "held":
                held.setdefault(coin.hold or "", Counter())[coin.lot] += 1
        return {name: dict(lots) for name, lots in held.items()}

    @property
    def grace_lots(self) -> Counter[tuple[date, date]]:
        """Of the usable points that had a grace: how many are in which lot, of which one."""
        return Counter((coin.lot, coin.of) for coin in self.coins if coin.place == "usable" and coin.of)

    def count(self, place: Place) -> int:
        return sum(1 for coin in self.coins if coin.place == place)

    @property
    def vector(self) -> tuple[int, ...]:
        places = (self.count("pending"), self.count("usable"), self.count("held"), self.owed)
        return (*places, self.earned, self.spent, self.expired)

    @property
    def balance(self) -> int:
        return len(self.coins) - self.owed

    def expired_of(self, lot: date, since: int = 0) -> int:
        """How many of a lot ever expired, or did after an entry."""
        return sum(1 for day, moment in self.expiries if day == lot and moment > since)

    # --- what happens to it; each method is one entry

    def earn(self, amount: int, lot: date, activates_on: date | None) -> Order:
        lot = max(lot, activates_on or lot)
        with _Entry(self) as now:
            self.earned += amount
            self._put_or_let_wait(amount, lot, activates_on)
        return Order(lot, activates_on, [Point(lot, now) for _ in range(amount)])

    def activate(self, today: date) -> None:
        with _Entry(self):
            ripe = [coin for coin in self.coins if coin.activates_on and coin.activates_on <= today]
            self._come_back(ripe, fills_debt=True)

    def deliver(self, order: Order, until: date | None) -> None:
        """What waits of an order becomes usable, or waits until another day."""
        with _Entry(self):
            waiting = self._waiting(order)[: len(order.remaining)]
            if until is None:
                self._come_back(waiting, fills_debt=True)
                order.activates_on = None
            else:
                for coin in waiting:
                    coin.activates_on, coin.lot = until, max(coin.lot, until)
                order.move(until)
        order.is_delivered = True

    def reverse(self, order: Order, amount: int, today: date, *, forgives: bool) -> None:
        """Take points off the order's pile: first what waits, then by the lots, the newest points' first."""
        with _Entry(self):
            self.earned -= amount
            points = [order.remaining.pop() for _ in range(amount)]
            for coin in self._waiting(order)[:amount]:
                self.coins.remove(coin)
                order.taken_back.append(points.pop())
            for point in self._not_in_its_lot(order, points, today):
                if soonest := next(self._soonest(), None):
                    self.coins.remove(soonest)
                elif forgives:
                    point.outcome = Outcome.FORGIVEN
                else:
                    self.owed += 1
                order.taken_back.append(point)

    def _not_in_its_lot(self, order: Order, points: list[Point], today: date) -> list[Point]:
        """Take each point out of its lot, or write it off; those for which neither can be done."""
        own: list[Point] = []
        rest: list[Point] = []
        for (lot, since), lot_share in groupby(points, key=lambda point: point.lot_share):
            most = self.expired_of(lot, since)
            for point in lot_share:
                if self._take_own(lot):
                    own.append(point)
                elif point.may_be_over(today) and most and self.expired_before_reversal[lot] < self.expired_of(lot):
                    most -= 1
                    self.expired_before_reversal[lot] += 1
                    point.outcome = Outcome.EXPIRED
                else:
                    rest.append(point)
        order.taken_back += own + [point for point in points if point.outcome is Outcome.EXPIRED]
        return rest

    def _take_own(self, lot: date) -> bool:
        """Take a point out of a lot, or of those in a grace after it; whether there was one."""
        own = (coin for coin in self.coins if coin.place == "usable" and coin.of == lot)
        coin = self._one_of(lot) or min(own, key=lambda coin: coin.lot, default=None)
        if coin:
            self.coins.remove(coin)
        return coin is not None

    def reinstate(self, order: Order, amount: int, today: date) -> None:
        """Give back the points taken last: what had expired lies where it did, and what nobody paid is not paid."""
        with _Entry(self) as now:
            self.earned += amount
            lot = order.lot
            points = [order.taken_back.pop() for _ in range(amount)]
            left = [point for point in points if point.outcome is Outcome.LEFT]
            self._put_or_let_wait(
                len(left), lot, order.activates_on if order.activates_on and order.activates_on > today else None
            )
            expired = [point for point in points if point.outcome is Outcome.EXPIRED]
            for point in expired:
                self.expired_before_reversal[point.lot] -= 1
                point.outcome = Outcome.LEFT
            order.remaining += expired + [Point(lot, now) for _ in range(amount - len(expired))]

    def hold(self, name: str, amount: int) -> None:
        with _Entry(self):
            for _ in range(amount):
                coin = next(self._soonest())
                coin.place, coin.hold = "held", name

    def capture(self, name: str, amount: int, *, fills_debt: bool) -> Spent:
        """The lots that it came from."""
        with _Entry(self):
            kept = sorted((coin for coin in self.coins if coin.hold == name), key=lambda coin: coin.place_in_lot)
            for coin in kept[:amount]:
                self.coins.remove(coin)
            self.spent += amount
            self._come_back(kept[amount:], fills_debt=fills_debt)
        return Counter((coin.lot, coin.of) for coin in kept[:amount])

    def release(self, name: str, *, fills_debt: bool) -> None:
        with _Entry(self):
            self._come_back([coin for coin in self.coins if coin.hold == name], fills_debt=fills_debt)

    def spend(self, amount: int) -> Spent:
        """The lots that it came from."""
        with _Entry(self):
            self.spent += amount
            return Counter(self._take_soonest() for _ in range(amount))

    def spend_again(self, amount: int) -> None:
        with _Entry(self):
            self.spent += amount
            for _ in range(amount):
                if self.count("usable"):
                    self._take_soonest()
                else:
                    self.owed += 1

    def restore(self, spent: Spent, today: date, grace: date | None, *, fills_debt: bool) -> None:
        """Bring back what was spent; what never had a grace, and is over, gets `grace` if there is one."""
        with _Entry(self):
            self.spent -= spent.total()
            coins = [Coin("spent", lot, of=of) for lot, of in spent.elements()]
            for coin in coins:
                if grace and coin.lot < today and coin.of is None:
                    coin.lot, coin.of = grace, coin.lot
            self.coins += coins
            self._come_back(coins, fills_debt=fills_debt)

    def adjust(self, amount: int, lot: date, *, fills_debt: bool) -> None:
        with _Entry(self):
            self._put(max(amount, 0), lot, fills_debt=fills_debt)
            for _ in range(max(-amount, 0)):
                self._take_soonest()

    def revoke(self, amount: int, lot: date) -> None:
        with _Entry(self):
            for _ in range(amount):
                self.coins.remove(self._one_of(lot) or next(self._soonest()))

    def expire_soonest(self, today: date, *, is_idle: bool) -> date:
        """The soonest lot that is over goes, what is in its grace there first; the lot that it expired of.

        With an account that nobody has long used what lives by that is over too.
        """
        with _Entry(self) as now:
            overdue = [coin for coin in self._soonest() if coin.lot < today or (is_idle and coin.lot == date.max)]
            lot = overdue[0].lot
            gone = [coin for coin in overdue if coin.lot == lot]
            own_lot = min((coin.of for coin in gone if coin.of), default=None)
            for coin in gone:
                if coin.of == own_lot:
                    self.coins.remove(coin)
                    self.expired += 1
                    self.expiries.append((own_lot or lot, now))
        return own_lot or lot

    def take_over(self, other: Reference, *, fills_debt: bool) -> None:
        with _Entry(self):
            self.coins += other.coins
            self.owed += other.owed
            self.earned, self.spent = self.earned + other.earned, self.spent + other.spent
            self.expired += other.expired
            self.expired_before_reversal += other.expired_before_reversal
            self.expiries += other.expiries
            while fills_debt and self.owed and self.count("usable"):
                self._take_soonest()
                self.owed -= 1

    def close(self) -> None:
        with _Entry(self):
            self.coins, self.owed = [], 0
            self.earned = self.spent = self.expired = 0
            self.expired_before_reversal, self.expiries = Counter(), []

    # --- how

    def _put_or_let_wait(self, amount: int, lot: date, activates_on: date | None) -> None:
        """What was earned; only what can be used fills what is owed."""
        if activates_on is None:
            self._put(amount, lot, fills_debt=True)
        else:
            self.coins += [Coin("pending", max(lot, activates_on), activates_on) for _ in range(amount)]

    def _put(self, amount: int, lot: date, *, fills_debt: bool) -> None:
        coins = [Coin("new", lot) for _ in range(amount)]
        self.coins += coins
        self._come_back(coins, fills_debt=fills_debt)

    def _come_back(self, coins: list[Coin], *, fills_debt: bool) -> None:
        """Let coins be usable; the soonest expiring of them fill what is owed, or others of the same lot."""
        for coin in coins:
            coin.place, coin.activates_on, coin.hold = "usable", None, None
        for coin in sorted(coins, key=lambda coin: coin.lot):
            if fills_debt and self.owed and (one := self._one_of(coin.lot)):
                self.owed -= 1
                self.coins.remove(one)

    def _waiting(self, order: Order) -> list[Coin]:
        where = (order.activates_on, order.lot)
        return [coin for coin in self.coins if coin.place == "pending" and (coin.activates_on, coin.lot) == where]

    def _soonest(self) -> Iterator[Coin]:
        usable = (coin for coin in self.coins if coin.place == "usable")
        return iter(sorted(usable, key=lambda coin: coin.place_in_lot))

    def _one_of(self, lot: date) -> Coin | None:
        return next((coin for coin in self._soonest() if coin.lot == lot), None)

    def _take_soonest(self) -> tuple[date, date | None]:
        coin = next(self._soonest())
        self.coins.remove(coin)
        return coin.lot, coin.of


class _Entry:
    """Writes down by how much the balance changed; which entry of all it is."""

    def __init__(self, ledger: Reference) -> None:
        self._ledger = ledger
        self._before = ledger.balance

    def __enter__(self) -> int:
        return next(_MOMENTS)

    def __exit__(self, *_: object) -> None:
        self._ledger.entries.append(self._ledger.balance - self._before)
