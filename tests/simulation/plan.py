"""What a run is about, decided by the seed before it begins: people, their orders, and the deck of steps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Final

# Every personal thing that the simulator says carries one of these, and nothing else does.
CANARIES: Final = re.compile(r"kanarie|\+4477009\d+|1911-[01][0-9]-11", re.IGNORECASE)


PRODUCTS: Final = ("mug", "plate")


BIRTHDAY: Final = "1911-11-11"


# Where staff move it to, and back.
BIRTHDAYS: Final = ("1911-10-11", BIRTHDAY, "1911-12-11")


_CURRENCIES: Final = ("USD",) * 8 + ("EUR",)


# Around the borders of tiers and segments, and the odd ones: free, one cent, a prime that no rate divides.
_TOTALS: Final = (0, 1, 999, 2_933, 5_000, 10_000, 10_007, 33_333, 60_000, 100_001, 250_000)


@dataclass(frozen=True)
class Person:
    """Somebody who shops; `email` and `other_email` are both theirs."""

    number: int

    @property
    def email(self) -> str:
        return f"kanarie{self.number}@example.com"

    @property
    def other_email(self) -> str:
        return f"kanarie{self.number}.new@example.com"

    @property
    def phone(self) -> str:
        return f"+4477009{self.number:05}"

    def owns(self, email: str | None) -> bool:
        """Whether an address is theirs."""
        return email in {self.email, self.other_email}


@dataclass(frozen=True)
class PlannedOrder:
    """An order as its system has it from the beginning. `named` says how the buyer is told."""

    number: int
    person: Person
    named: str
    currency: str
    total: int
    days_ago: int
    refunds: tuple[int, ...]
    email_as_typed: str
    tax: int = 0
    shipping: int = 0

    @property
    def checkout_id(self) -> str | None:
        """The cart that it names, of two orders in three."""
        return f"cart-{self.number}" if self.number % 3 else None

    @property
    def id(self) -> str:
        return f"order-{self.number}"

    def parts_of(self, refund: int) -> dict[str, int]:
        """What a refund says that it gives back of shipping and tax; every other one says nothing."""
        if (self.number + refund) % 2:
            return {}
        shipping = min(self.shipping, self.refunds[refund])
        return {"shipping": shipping, "tax": min(self.tax, self.refunds[refund] - shipping)}


@dataclass(frozen=True)
class Step:
    """One card of the deck: what to do and with which of its kind. `number` is its place, and names its chance."""

    number: int
    kind: str
    about: int = 0

    def __str__(self) -> str:
        return f"{self.number:>4} {self.kind}"


def people(orders: int) -> list[Person]:
    """Who there is in a run of so many orders."""
    return [Person(number) for number in range(max(3, orders // 6))]


def plan_orders(rng: Random, orders: int) -> list[PlannedOrder]:
    """The orders of a run."""
    crowd = people(orders)
    return [_order(rng, number, rng.choice(crowd)) for number in range(orders)]


def _order(rng: Random, number: int, person: Person) -> PlannedOrder:
    total = rng.choice(_TOTALS)
    parts = rng.choice((0, 1, 1, 2, 3))
    # Each may be the whole: together they then say more than there is to give back.
    refunds = tuple(max(1, rng.choice((total, total // 2, total // 3, 1))) for _ in range(parts))
    address = rng.choice((person.email, person.email, person.other_email))
    return PlannedOrder(
        number,
        person,
        rng.choice(("id", "email", "email", "both", "both", "nobody")),
        rng.choice(_CURRENCIES),
        total,
        rng.choice((0, 1, 5, 29, 31, 89, 91, 200, 300, 364)),
        refunds,
        rng.choice((address, address.upper(), f"  {address.title()} ")),
        tax=rng.choice((0, 0, total * 7 // 107)),
        shipping=rng.choice((0, 0, min(499, total // 2))),
    )


# How often a kind of step comes for each order, and between which parts of the run.
_RATES: Final = {
    "place": (1.0, 0.0, 0.9),
    "pay": (0.95, 0.05, 1.0),
    "refund": (0.6, 0.1, 1.0),
    "edit": (0.25, 0.1, 1.0),
    "add order": (0.15, 0.1, 1.0),
    "add nameless order": (0.08, 0.1, 1.0),
    "register": (0.35, 0.0, 1.0),
    "create": (0.15, 0.0, 1.0),
    "change": (0.3, 0.1, 1.0),
    "change oneself": (0.1, 0.1, 1.0),
    "look": (0.3, 0.1, 1.0),
    "adjust": (0.35, 0.1, 1.0),
    "consent": (0.2, 0.1, 1.0),
    "unsubscribe": (0.12, 0.2, 1.0),
    "erase": (0.12, 0.25, 1.0),
    "poison": (0.12, 0.1, 0.9),
    "cancel": (0.35, 0.1, 1.0),
    "reinstate": (0.25, 0.15, 1.0),
    "tell of delivery": (0.3, 0.1, 1.0),
    "review": (0.4, 0.1, 1.0),
    "ban": (0.15, 0.1, 1.0),
    "freeze": (0.2, 0.1, 1.0),
    "name a friend": (0.7, 0.0, 0.8),
    "return everything": (0.15, 0.2, 1.0),
    "move birthday": (0.1, 0.1, 1.0),
    "be greedy": (1.0, 0.05, 1.0),
    "hold": (0.5, 0.1, 1.0),
    "end hold": (0.45, 0.1, 1.0),
    "redeem": (0.25, 0.1, 1.0),
    "claim": (0.2, 0.1, 1.0),
    "end claim": (0.12, 0.2, 1.0),
    "decide": (0.15, 0.1, 1.0),
    "give credit": (0.3, 0.05, 1.0),
    "take credit": (0.1, 0.1, 1.0),
    "hold credit": (0.35, 0.1, 1.0),
    "check out": (0.8, 0.1, 1.0),
    "send points": (1.0, 0.1, 1.0),
    "end transfer": (0.3, 0.15, 1.0),
    "merge": (0.12, 0.15, 1.0),
    "prove": (0.08, 0.1, 1.0),
    "pass time": (0.2, 0.0, 1.0),
    "let a tier end": (0.04, 0.2, 1.0),
    "relay": (3.5, 0.0, 1.0),
    "deliver": (5.0, 0.0, 1.0),
    "redrive": (0.2, 0.1, 1.0),
    "replay": (0.25, 0.2, 1.0),
    "rest": (0.05, 0.2, 0.9),
}


_WHICH: Final = frozenset({"place", "pay", "refund", "edit", "add order", "cancel", "tell of delivery", "check out"})


def deck(rng: Random, orders: int) -> list[Step]:
    """The steps of a run, in order, and a rest at the end."""
    drawn: list[tuple[float, str, int]] = []
    for kind, (rate, begin, end) in _RATES.items():
        for copy in range(max(1, round(rate * orders))):
            about = copy % orders if kind in {"place", "pay"} else rng.randrange(orders)
            drawn.append((rng.uniform(begin, end), kind, about if kind in _WHICH else 0))
    drawn.sort()
    steps = [Step(number, kind, about) for number, (_, kind, about) in enumerate(drawn)]
    return [*steps, Step(len(steps), "rest")]
