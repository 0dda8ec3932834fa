"""Order ids as shops write them: what is earned, spent and given back on such an order."""

from __future__ import annotations

import pytest

from tests.integration.loyalty.shop import ADA, get, hear, order, points
from tests.integration.loyalty.spending import capture, held, redeem


@pytest.mark.parametrize("order_id", ["#1001", "gid://shopify/Order/1", "S00012/2026", "№ 5", "x" * 128])
def test_points_are_earned_spent_and_given_back_on_an_order_of_any_id(order_id: str) -> None:
    hear(order("A0", total=100_000))
    hold_id = held(100, order_id=order_id)
    captured = capture(hold_id, order_id=order_id)
    assert (captured.status, captured.json["order_id"]) == (200, order_id)
    assert redeem(100, order_id=order_id).json["order_id"] == order_id
    hear(order(order_id), order(order_id, refunded=2933))
    listed = get(f"/api/customers/{ADA}/points/entries").json["data"]
    assert [each["cause"] for each in listed if each["kind"] in {"earned", "reversed"}][:2] == [order_id] * 2
    assert sum(points()) == 10_000


@pytest.mark.parametrize("other", ["A1#", "#A1", "A1#EARN", "A1/1"])
def test_ids_that_look_alike_earn_each_for_themselves(other: str) -> None:
    hear(order("A1"), order(other), order("A1", refunded=2933))
    assert sum(points()) == 293
