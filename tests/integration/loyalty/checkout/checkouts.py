"""What storefronts and customers do with checkouts, as a test says it."""

from __future__ import annotations

from typing import Any

from shared import clock
from shared.events.customers import OrderRecorded, OrderStatus
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty import wallet
from tests.integration.loyalty.shop import ADA, account, call, order

CART = "cart-1"


def put(
    points: Any = 0,
    credit: Any = 0,
    *,
    total: int = 2000,
    name: str = CART,
    customer_id: str = ADA,
    by: Role | str = Role.STOREFRONT,
    currency: str = "USD",
    **use: Any,
) -> Answer:
    """Put a cart of $20 that uses so many points and so much credit, and whatever else there is to `use`."""
    body = {
        "customer_id": customer_id,
        "currency": currency,
        "total": total,
        "use": {"points": points, "credit": credit, **use},
    }
    return call("PUT", f"/api/checkouts/{name}", body, by=by)


def kept(*about: Any, **more: Any) -> dict[str, Any]:
    """The answer to a cart that must be taken."""
    answer = put(*about, **more)
    assert answer.status == 200, answer.text
    return dict(answer.json)


def look(name: str = CART, *, by: Role | str = Role.STOREFRONT) -> Answer:
    return call("GET", f"/api/checkouts/{name}", by=by)


def end(name: str = CART, *, by: Role | str = Role.STOREFRONT) -> Answer:
    return call("DELETE", f"/api/checkouts/{name}", by=by)


def paid(order_id: str = "B1", *, name: str = CART, customer_id: str | None = ADA, **facts: Any) -> OrderRecorded:
    """An order of $15 in money that names the checkout, as customers tells it."""
    return order(order_id, customer_id, checkout_id=name, total=1500, **facts)


def cancelled(order_id: str = "B1", **facts: Any) -> OrderRecorded:
    """The same order, paid and then called off."""
    return paid(order_id, status=OrderStatus.CANCELLED, cancelled_at=clock.now(), **facts)


def funds(customer_id: str = ADA) -> tuple[int, int]:
    """Points available and held."""
    vector = account(customer_id).balances.vector
    return vector.available, vector.held


def money() -> tuple[int, int]:
    """Credit available and held."""
    vector = wallet.credit().balances.vector
    return vector.available, vector.held
