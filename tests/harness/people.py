"""People and orders of ordinary size: what is measured is measured with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from shared.events.foreign import (
    Buyer,
    Order,
    OrderLine,
)
from tests.harness import orders

PEOPLE: Final = (
    ("Katherine", "Johnson"),
    ("Ada", "Lovelace"),
    ("Grace", "Hopper"),
    ("Annie", "Easley"),
    ("Radia", "Perlman"),
    ("Margaret", "Hamilton"),
    ("Barbara", "Liskov"),
    ("Evelyn", "Boyd Granville"),
    ("Frances", "Allen"),
    ("Hedy", "Lamarr"),
)
# What the two lines of an order cost: of a first one, which reaches a tier, and of every later one, which reaches none.
FIRST: Final = (8_995, 3_995)
LATER: Final = (2_995, 1_495)


def email_of(number: int, provider: str = "example.com") -> str:
    """An address of ordinary length."""
    first, last = PEOPLE[number % len(PEOPLE)]
    return f"{first}.{last.replace(' ', '')}{number}@{provider}".lower()


def registration(number: int, *, marketing: bool = True, provider: str = "example.com") -> dict[str, Any]:
    """What a storefront sends when somebody registers."""
    consents = [{"channel": "email", "granted": marketing}]
    return {**details(number, provider), "consents": consents}


def details(number: int, provider: str = "example.com") -> dict[str, Any]:
    """Everything that a shop knows of a person."""
    first, last = PEOPLE[number % len(PEOPLE)]
    return {
        "email": email_of(number, provider),
        "first_name": first,
        "last_name": last,
        "phone": f"+1202555{number:04}",
        "date_of_birth": "1986-07-14",
        "locale": "en-US",
    }


def buyer(number: int, customer_id: str | None = None, provider: str = "example.com") -> Buyer:
    """Who bought: order systems name the person too, and the id where they know it."""
    first, last = PEOPLE[number % len(PEOPLE)]
    return Buyer(id=customer_id, email=email_of(number, provider), first_name=first, last_name=last)


def order(name: str, who: Buyer, placed_at: datetime, cents: tuple[int, int] = LATER) -> Order:
    """An order of two lines."""
    lines = [
        OrderLine(product_id=f"sku-4711{n}-blue-m", category="outdoor/jackets", quantity=1 + n, amount=amount)
        for n, amount in enumerate(cents)
    ]
    return orders.order(name, who, placed_at=placed_at, total=sum(cents), lines=lines)


def order_body(one: Order, *, with_payment: bool = False) -> dict[str, Any]:
    """The same order as a storefront posts it."""
    body = one.model_dump(mode="json", exclude={"buyer"})
    return body | ({"paid_at": orders.paid(one).paid_at.isoformat()} if with_payment else {})
