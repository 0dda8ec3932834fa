"""The buyers of the sample as people: four in five register at the storefront, the rest stay guests."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from infra.replay.storefront import Storefront

_REGISTERED_OF_FIVE: Final = 4
_WITHOUT_CONSENT_OF_FOUR: Final = 4
# On two cores more simultaneous calls would only wait for each other.
_AT_ONCE: Final = 4


@dataclass(frozen=True)
class Person:
    """A buyer. A guest has no `customer_id`."""

    buyer: str
    email: str
    consents: bool
    customer_id: str | None = None
    born_on: date | None = None

    def has_birthday(self, placed_at: datetime) -> bool:
        """Whether an order placed then falls into the month of birth."""
        return self.born_on is not None and self.born_on.month == placed_at.month


def how_many_register(buyers: int) -> int:
    """The number of `buyers` that register."""
    return sum(position % 5 < _REGISTERED_OF_FIVE for position in range(buyers))


def register(storefront: Storefront, buyers: list[str], done: Callable[[], None]) -> dict[str, Person]:
    """Register the first four of each five buyers over HTTP, calling `done` after each. Returns all people by buyer."""
    split = [(buyer, position % 5 < _REGISTERED_OF_FIVE) for position, buyer in enumerate(buyers)]
    wanted = [buyer for buyer, registers in split if registers]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        people = list(pool.map(lambda one: _register(storefront, one[0], one[1], done), enumerate(wanted)))
    guests = [Person(buyer, _email(buyer), consents=False) for buyer, registers in split if not registers]
    return {person.buyer: person for person in (*people, *guests)}


def _register(storefront: Storefront, position: int, buyer: str, done: Callable[[], None]) -> Person:
    born_on = date(1980, 1 + position % 12, 15)
    consents = position % _WITHOUT_CONSENT_OF_FOUR != _WITHOUT_CONSENT_OF_FOUR - 1
    body = {
        "email": _email(buyer),
        "first_name": "Buyer",
        "last_name": buyer,
        "date_of_birth": born_on.isoformat(),
        "consents": [{"channel": "email", "granted": consents}],
    }
    made = storefront.post("/api/registrations", "storefront", body, key=f"register-{buyer}")
    done()
    return Person(buyer, _email(buyer), consents, made["id"], born_on)


def _email(buyer: str) -> str:
    return f"buyer-{buyer}@example.com"
