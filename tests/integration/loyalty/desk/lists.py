"""The lists of the desk, as a test reads them."""

from __future__ import annotations

from typing import Any, Final

from shared.events.customers import CustomersMerged
from shared.roles import Role
from tests.integration.loyalty.shop import call, get, hear, order

DENIED: Final = (Role.MARKETING, Role.COMPLIANCE, Role.STOREFRONT)


def rows(path: str, *, limit: int = 100, **filters: Any) -> list[dict[str, Any]]:
    """All rows of a list, read a page at a time."""
    found: list[dict[str, Any]] = []
    for page in pages(path, limit=limit, **filters):
        found += page
    return found


def pages(path: str, *, limit: int, **filters: Any) -> list[list[dict[str, Any]]]:
    """The pages of a list."""
    asked = "".join(f"&{name}={value}" for name, value in filters.items())
    found, cursor = [], ""
    while True:
        answer = get(f"{path}?limit={limit}{asked}{cursor}")
        assert answer.status == 200, answer.text
        found.append(answer.json["data"])
        if answer.json["next_cursor"] is None:
            return found
        cursor = f"&cursor={answer.json['next_cursor']}"


def statuses(path: str, *callers: Role | str) -> set[int]:
    """The statuses of a list's answers to these callers."""
    return {call("GET", path, by=by).status for by in callers}


def crowd(number: int) -> list[str]:
    """So many customers with an order of $29.33 each, of all shards from ten on."""
    people = [f"cus_01HZX3Q7V8M4N5P6R7S8T9{n:04}" for n in range(number)]
    assert hear(*(order(f"crowd-{n}", person) for n, person in enumerate(people))) == 0
    return people


def merge(merged_id: str, into: str) -> None:
    assert hear(CustomersMerged(customer_id=into, merged_id=merged_id, merged_at="2026-11-22T00:00:00Z")) == 0
