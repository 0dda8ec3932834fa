"""A checkout through all five services: put by the storefront, spent by the order that names it."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from shared.events.foreign import Means, Order, ReturnedMeans
from tests.flows.shop import cancelled, order, paid, placed, points, read, refunded, register
from tests.harness.house import House, Weather, open_house

CART = "cart-1"


def given(house: House) -> str:
    """A customer with 1,000 points and $5 of credit."""
    customer_id = register(house)
    one = order("A-1", 10_000, customer_id=customer_id)
    house.send(placed(one), paid(one))
    house.settle()
    body = {"amount": 500, "currency": "USD", "reason": "A late parcel"}
    path, key = f"/api/customers/{customer_id}/credit", {"Idempotency-Key": "credit"}
    assert house.call("POST", path, by="support", body=body, headers=key).status == 201
    return customer_id


def put(house: House, customer_id: str, **use: Any) -> dict[str, Any]:
    body = {"customer_id": customer_id, "currency": "USD", "total": 2_000, "use": use}
    answer = house.call("PUT", f"/api/checkouts/{CART}", by="storefront", body=body)
    assert answer.status == 200, answer.text
    return dict(answer.json)


def bought(customer_id: str, remaining: int) -> Order:
    """The order of the cart, as the order system knows it."""
    return order("A-2", remaining, customer_id=customer_id).model_copy(update={"checkout_id": CART})


def test_two_calls_and_the_payment_spends_the_points(house: House) -> None:
    customer_id = given(house)
    answer = put(house, customer_id, points=500, credit="most")
    one = bought(customer_id, answer["remaining"])
    house.send(placed(one), paid(one))
    house.settle()
    found = read(house, f"/api/checkouts/{CART}")
    assert (found["state"], found["order_id"]) == ("captured", "A-2")
    assert (points(house, customer_id)["spent"], points(house, customer_id)["held"]) == (500, 0)
    [credit] = read(house, f"/api/customers/{customer_id}/credit")["data"]
    assert (credit["spent"], credit["available"]) == (500, 0)
    assert read(house, "/api/orders/A-2")["checkout_id"] == CART
    house.send(refunded(one, one.total))
    house.settle()
    assert points(house, customer_id)["spent"] == 0
    assert house.all_dead() == {}


@pytest.mark.parametrize("seed", range(3))
def test_paid_and_cancelled_in_any_order_gives_all_back(seed: int) -> None:
    with open_house(Weather(Random(seed), copies=2, shuffled=True, late=0.5)) as house:  # noqa: S311  # a test
        customer_id = given(house)
        one = bought(customer_id, put(house, customer_id, points=500, credit=500)["remaining"])
        house.send(placed(one), paid(one), cancelled(one))
        house.settle()
        found = points(house, customer_id)
        assert (found["spent"], found["held"], found["available"]) == (0, 0, 1_000)
        [credit] = read(house, f"/api/customers/{customer_id}/credit")["data"]
        assert (credit["available"], credit["held"]) == (500, 0)


def test_an_order_over_http_may_name_its_checkout(house: House) -> None:
    customer_id = given(house)
    remaining = put(house, customer_id, points="most")["remaining"]
    now = order("A-2", remaining).placed_at.isoformat()
    body = {"id": "A-2", "currency": "USD", "total": remaining, "paid_at": now, "checkout_id": CART}
    assert house.call("POST", f"/api/customers/{customer_id}/orders", by="storefront", body=body).status == 201
    house.settle()
    assert points(house, customer_id)["spent"] == 1_000


@pytest.mark.parametrize("seed", range(3))
def test_a_refund_returns_to_each_means_its_part_in_any_order(seed: int) -> None:
    """A third in proportion; a part to the points alone; the rest of the card's part as new store credit."""
    with open_house(Weather(Random(seed), copies=2, shuffled=True, late=0.5)) as house:  # noqa: S311  # a test
        customer_id = given(house)
        remaining = put(house, customer_id, points=300, credit=300)["remaining"]
        whole = {"total": 2_000, "payments": Means(points=300, credit=300, other=remaining)}
        one = bought(customer_id, remaining).model_copy(update=whole)
        parts = ReturnedMeans(points=100, other=100, new_credit=300)
        house.send(placed(one), paid(one), refunded(one, 666), refunded(one, 500, "r-2", to=parts))
        house.settle()
        shown = read(house, "/api/orders/A-2")
        assert shown["refunded_to"] == {"points": 199, "credit": 100, "other": 567, "new_credit": 300}
        assert points(house, customer_id)["spent"] == 101
        [credit] = read(house, f"/api/customers/{customer_id}/credit")["data"]
        assert (credit["spent"], credit["available"]) == (200, 500 - 200 + 300)
        [stats] = read(house, f"/api/customers/{customer_id}/stats")["currencies"]
        assert stats["spent"] == 10_000 + remaining - 867
        assert house.all_dead() == {}
