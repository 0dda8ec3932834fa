"""What a storefront and an order system do, as a flow's test says it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from shared import clock
from shared.events.foreign import (
    Buyer,
    Order,
    OrderRefunded,
    ReviewPosted,
)
from tests.harness import orders
from tests.harness.aws.gateway import Answer
from tests.harness.house import House

ADA = "ada.lovelace@example.com"


def register(house: House, email: str = ADA, *, marketing: bool = True, **more: Any) -> str:
    """A person signs up at the storefront; their customer id."""
    answer = sign_up(house, email, marketing=marketing, **more)
    assert answer.status == 201, answer.text
    customer_id: str = answer.json["id"]
    return customer_id


def sign_up(house: House, email: str = ADA, *, marketing: bool = True, **more: Any) -> Answer:
    """A person signs up at the storefront; what it is answered."""
    body = {
        "email": email,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "consents": [{"channel": "email", "granted": marketing}],
        **more,
    }
    return house.call("POST", "/api/registrations", by="storefront", body=body)


def verify(house: House, customer_id: str) -> None:
    """The shop has seen that the e-mail is theirs."""
    version = read(house, f"/api/customers/{customer_id}")["version"]
    answer = house.call(
        "PATCH",
        f"/api/customers/{customer_id}",
        by="support",
        body={"email_verified": True},
        headers={"If-Match": f'"{version}"'},
    )
    assert answer.status == 200, answer.text


def order(
    order_id: str, total: int, *, email: str | None = None, customer_id: str | None = None, days_ago: int = 1
) -> Order:
    """An order of `total` cents."""
    buyer = Buyer(id=customer_id, email=email)
    return orders.order(order_id, buyer, placed_at=ago(days_ago), total=total, lines=[])


placed: Final = orders.placed
paid: Final = partial(orders.paid, minutes=1)
delivered: Final = partial(orders.delivered, hours=3)
cancelled: Final = partial(orders.cancelled, hours=4)
reinstated: Final = partial(orders.reinstated, hours=5)
edited: Final = partial(orders.edited, hours=6)


def refunded(one: Order, amount: int, refund_id: str = "r-1", **parts: Any) -> OrderRefunded:
    """Now."""
    return orders.refunded(one, amount, refund_id, at=clock.now(), **parts)


def reviewed(customer_id: str | None = None, *, email: str | None = None, review_id: str = "rev-1") -> ReviewPosted:
    """Four stars for a mug."""
    return orders.reviewed(review_id, Buyer(id=customer_id, email=email), product_id="mug", posted_at=ago(0))


def ago(days: int) -> datetime:
    return clock.now() - timedelta(days=days)


def read(house: House, path: str, by: str = "support") -> Any:
    """The body of a GET that must succeed."""
    answer = house.call("GET", path, by=by)
    assert answer.status == 200, answer.text
    return answer.json


def points(house: House, customer_id: str) -> dict[str, Any]:
    found: dict[str, Any] = read(house, f"/api/customers/{customer_id}/points")
    return found


def segments(house: House, customer_id: str) -> set[str]:
    """The ids of the segments a customer belongs to."""
    rows = read(house, f"/api/customers/{customer_id}/segments", by="marketing")["data"]
    return {row["segment_id"] for row in rows}


def messages(house: House, customer_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(house, f"/api/customers/{customer_id}/messages")["data"]
    return found


def erase(house: House, customer_id: str) -> str:
    """Compliance asks for an erasure and approves it; the request's id."""
    asked = house.call(
        "POST",
        "/api/privacy/requests",
        by="compliance",
        body={"kind": "erase", "customer_id": customer_id},
        headers={"Idempotency-Key": f"erase-{customer_id}"},
    )
    assert asked.status == 201, asked.text
    request_id: str = asked.json["id"]
    approved = house.call("POST", f"/api/privacy/requests/{request_id}/approve", by="compliance")
    assert approved.status == 200, approved.text
    return request_id


def receipt(house: House, request_id: str) -> dict[str, Any]:
    found: dict[str, Any] = read(house, f"/api/privacy/requests/{request_id}", by="compliance")
    return found
