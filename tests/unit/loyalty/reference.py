"""A ledger as one would keep it by hand: a list of single points' whereabouts, one operation after the other.

It shares no arithmetic with `ledger.rules`: no lots are kept by day, nothing is summed beforehand, and every operation
picks from the list what it takes, point after point of a parcel. It is slow, and easy to believe.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

Place = str


@dataclass
class Coin:
    """One point: where it is, its lot, when it ripens while it waits, and which hold has it."""

    place: Place
    lot: date
    ripens: date | None = None
    hold: str | None = None


@dataclass
class Reference:
    """One account. `entries` are the signed changes of the balance."""

    coins: list[Coin] = field(default_factory=list)
    owed: int = 0
    earned: int = 0
    spent: int = 0
    expired: int = 0
    written_off: Counter[date] = field(default_factory=Counter)
    expired_of: Counter[date] = field(default_factory=Counter)
    entries: list[int] = field(default_factory=list)

    # --- what is in it

    @property
    def lots(self) -> dict[date, int]:
        return dict(Counter(coin.lot for coin in self.coins if coin.place == "usable"))

    @property
    def pending(self) -> dict[tuple[date, date], int]:
        return dict(Counter((coin.ripens or date.max, coin.lot) for coin in self.coins if coin.place == "pending"))

    @property
    def holds(self) -> dict[str, dict[date, int]]:
        held: dict[str, Counter[date]] = {}
        for coin in self.coins:
            if coin.place == "held":
                held.setdefault(coin.hold or "", Counter())[coin.lot] += 1
        return {name: dict(lots) for name, lots in held.items()}

    def count(self, place: Place) -> int:
        return sum(1 for coin in self.coins if coin.place == place)

    @property
    def vector(self) -> tuple[int, ...]:
        places = (self.count("pending"), self.count("usable"), self.count("held"), self.owed)
        return (*places, self.earned, self.spent, self.expired)

    @property
    def balance(self) -> int:
        return len(self.coins) - self.owed

    # --- what happens to it; each method is one entry

    def earn(self, amount: int, lot: date, ripens: date | None) -> None:
        with _Entry(self):
            self.earned += amount
            if ripens is None:
                self._put(amount, lot, fills_debt=True)
            else:
                self.coins += [Coin("pending", max(lot, ripens), ripens) for _ in range(amount)]

    def ripen(self, today: date) -> None:
        with _Entry(self):
            ripe = [coin for coin in self.coins if coin.ripens and coin.ripens <= today]
            self._come_back(ripe, fills_debt=True)

    def ripen_some(self, ripens: date, lot: date, amount: int) -> None:
        with _Entry(self):
            self._come_back(self._waiting(ripens, lot)[:amount], fills_debt=True)

    def put_off(self, ripens: date, lot: date, amount: int, until: date) -> None:
        with _Entry(self):
            for coin in self._waiting(ripens, lot)[:amount]:
                coin.ripens, coin.lot = until, max(coin.lot, until)

    def reverse(
        self, amount: int, lot: date, ripens: date | None, *, lot_is_over: bool, forgives: bool
    ) -> tuple[int, int]:
        """How many of those taken back had expired, and how many the shop bears."""
        written_off = forgiven = 0
        with _Entry(self):
            self.earned -= amount
            waiting = self._waiting(ripens, lot) if ripens else []
            own = sorted((coin for coin in self.coins if coin.place == "usable"), key=lambda coin: coin.lot)
            own = [coin for coin in own if coin.lot == lot]
            for _ in range(amount):
                if waiting:
                    self.coins.remove(waiting.pop())
                elif own:
                    self.coins.remove(own.pop())
                elif lot_is_over and self.written_off[lot] < self.expired_of[lot]:
                    self.written_off[lot] += 1
                    written_off += 1
                elif soonest := next(self._soonest(), None):
                    self.coins.remove(soonest)
                elif forgives:
                    forgiven += 1
                else:
                    self.owed += 1
        return written_off, forgiven

    def reinstate(self, amount: int, lot: date, own_lot: date, written_off: int, forgiven: int) -> None:
        with _Entry(self):
            self.earned += amount
            self.written_off[own_lot] -= written_off
            self._put(amount - written_off - forgiven, lot, fills_debt=True)

    def hold(self, name: str, amount: int) -> None:
        with _Entry(self):
            for _ in range(amount):
                coin = next(self._soonest())
                coin.place, coin.hold = "held", name

    def capture(self, name: str, amount: int, today: date, grace: date, *, fills_debt: bool) -> None:
        with _Entry(self):
            kept = sorted((coin for coin in self.coins if coin.hold == name), key=lambda coin: coin.lot)
            for coin in kept[:amount]:
                self.coins.remove(coin)
            self.spent += amount
            self._come_back(kept[amount:], fills_debt=fills_debt, today=today, grace=grace)

    def release(self, name: str, today: date, grace: date, *, fills_debt: bool) -> None:
        with _Entry(self):
            kept = [coin for coin in self.coins if coin.hold == name]
            self._come_back(kept, fills_debt=fills_debt, today=today, grace=grace)

    def spend(self, amount: int) -> Counter[date]:
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

    def restore(self, lots: Counter[date], today: date, grace: date, *, fills_debt: bool) -> None:
        with _Entry(self):
            self.spent -= lots.total()
            coins = [Coin("spent", lot) for lot in lots.elements()]
            self.coins += coins
            self._come_back(coins, fills_debt=fills_debt, today=today, grace=grace)

    def adjust(self, amount: int, lot: date, *, fills_debt: bool) -> None:
        with _Entry(self):
            self._put(max(amount, 0), lot, fills_debt=fills_debt)
            for _ in range(max(-amount, 0)):
                self._take_soonest()

    def revoke(self, amount: int, lot: date) -> None:
        with _Entry(self):
            for _ in range(amount):
                own = next((coin for coin in self._soonest() if coin.lot == lot), None)
                self.coins.remove(own or next(self._soonest()))

    def expire(self, today: date) -> None:
        with _Entry(self):
            for coin in [coin for coin in self._soonest() if coin.lot < today]:
                self.coins.remove(coin)
                self.expired += 1
                self.expired_of[coin.lot] += 1

    def take_over(self, other: Reference, *, fills_debt: bool) -> None:
        with _Entry(self):
            self.coins += other.coins
            self.owed += other.owed
            self.earned, self.spent = self.earned + other.earned, self.spent + other.spent
            self.expired += other.expired
            self.written_off += other.written_off
            self.expired_of += other.expired_of
            while fills_debt and self.owed and self.count("usable"):
                self._take_soonest()
                self.owed -= 1

    def close(self) -> None:
        with _Entry(self):
            self.coins, self.owed = [], 0
            self.earned = self.spent = self.expired = 0

    # --- how

    def _put(self, amount: int, lot: date, *, fills_debt: bool) -> None:
        coins = [Coin("new", lot) for _ in range(amount)]
        self.coins += coins
        self._come_back(coins, fills_debt=fills_debt)

    def _come_back(
        self, coins: list[Coin], *, fills_debt: bool, today: date = date.min, grace: date = date.max
    ) -> None:
        """Let coins be usable, with the grace if their lot is over; the soonest expiring of them fill what is owed."""
        for coin in coins:
            coin.lot = grace if coin.lot < today else coin.lot
        for coin in sorted(coins, key=lambda coin: coin.lot):
            if fills_debt and self.owed:
                self.owed -= 1
                self.coins.remove(coin)
            else:
                coin.place, coin.ripens, coin.hold = "usable", None, None

    def _waiting(self, ripens: date, lot: date) -> list[Coin]:
        return [coin for coin in self.coins if coin.place == "pending" and (coin.ripens, coin.lot) == (ripens, lot)]

    def _soonest(self) -> Iterator[Coin]:
        return iter(sorted((coin for coin in self.coins if coin.place == "usable"), key=lambda coin: coin.lot))

    def _take_soonest(self) -> date:
        coin = next(self._soonest())
        self.coins.remove(coin)
        return coin.lot


class _Entry:
    """Writes down by how much the balance changed."""

    def __init__(self, ledger: Reference) -> None:
        self._ledger = ledger
        self._before = ledger.balance

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._ledger.entries.append(self._ledger.balance - self._before)
