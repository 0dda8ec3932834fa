"""What the tests of customers share: calls that they make, and what came of them."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from customers.orders.store import find_order, find_stats
from shared.events.privacy import ErasureRequested
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.harness.orders import EMAIL
from tests.harness.stage import Stage

REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"
NOBODY_KNOWN: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"

stage: Final = Stage("customers")
hear, deliver, told = stage.hear, stage.deliver, stage.told_of
call: Final = partial(stage.call, by=Role.SUPPORT)


def register(email: str = EMAIL, **more: Any) -> Answer:
    """The person's own registration."""
    headers = more.pop("headers", None)
    return call("POST", "/api/registrations", {"email": email, **more}, by=Role.STOREFRONT, headers=headers)


def create(email: str = EMAIL, **more: Any) -> Answer:
    """A registration by staff."""
    headers = more.pop("headers", None)
    return call("POST", "/api/customers", {"email": email, **more}, headers=headers)


def read(customer_id: str) -> Answer:
    return call("GET", f"/api/customers/{customer_id}")


def change(customer_id: str, version: int, by: str = Role.SUPPORT, **patch_: Any) -> Answer:
    headers = {"If-Match": f'"{version}"'}
    return call("PATCH", f"/api/customers/{customer_id}", patch_, by=by, headers=headers)


def erasure(customer_id: str, request_id: str = REQUEST) -> ErasureRequested:
    return ErasureRequested(request_id=request_id, customer_id=customer_id)


def customer_of(order_id: str = "o-1") -> str | None:
    """Whom an order stands with."""
    found = find_order(order_id)
    assert found
    return found.customer_id


def totals(customer_id: str | None, currency: str = "USD") -> tuple[int, int]:
    """Orders and money in a customer's stats."""
    assert customer_id
    stats: Any = find_stats(customer_id, currency)
    return stats.orders, stats.spent


def kinds() -> dict[str, int]:
    """How many items of each kind the table has."""
    found = [item["kind"]["S"] for item in stage.items()]
    return {kind: found.count(kind) for kind in sorted(set(found))}


def stored() -> str:
    """All items as one text, in small letters."""
    return stage.stored().lower()
