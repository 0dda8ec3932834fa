"""Checkouts: put, changed, read, ended; spent by their orders' payment, released by a cancellation, given back."""

from __future__ import annotations

from typing import Any, Final

from shared.events.foreign import Means, Order, ReturnedMeans
from tests.harness.orders import cancelled, paid, placed, refunded
from tests.meter.scenario.shop import Shop

_CHECKOUT: Final = "/api/checkouts/{checkout_id}"
# The others are being erased by then.
_PEOPLE: Final = 7


def check_out(shop: Shop) -> None:
    """With points alone, then with points and credit, then with a reward that everything limits."""
    _end(shop)
    _buy(shop, {"points": 20}, "with points")
    _buy(shop, {"points": 20, "credit": 100}, "with points and credit")
    _call_off(shop)
    _give_back(shop)
    _use_reward(shop)


def _end(shop: Shop) -> None:
    """A cart that changes, and is left."""
    with shop.house.measured() as block:
        _put_all(shop, "left", {"points": 20})
        shop.house.settle()
    shop.keep(block, f"loyalty PUT {_CHECKOUT}")
    with shop.house.measured() as block:
        _put_all(shop, "left", {"points": 30})
        shop.house.settle()
    shop.found.keep(block, f"loyalty PUT {_CHECKOUT}", "the cart has changed")
    with shop.house.measured() as block:
        for customer_id in shop.customers[:_PEOPLE]:
            shop.call("GET", _path("left", customer_id), "storefront")
            shop.call("DELETE", _path("left", customer_id), "storefront")
        shop.house.settle()
    shop.keep(block, f"loyalty GET {_CHECKOUT}", f"loyalty DELETE {_CHECKOUT}")
    _pass_a_day(shop)


def _buy(shop: Shop, use: dict[str, int], case: str) -> None:
    with shop.house.measured() as block:
        _put_all(shop, case.replace(" ", "-"), use)
        shop.house.settle()
    shop.found.keep(block, f"loyalty PUT {_CHECKOUT}", f"a first one, {case}")
    orders = _orders(shop, case.replace(" ", "-"))
    shop.house.send(*map(placed, orders))
    shop.house.settle()
    with shop.house.measured() as block:
        shop.house.send(*map(paid, orders))
        shop.house.settle()
    shop.found.keep(block, "loyalty hears OrderRecorded", f"an order is paid, {case} of a checkout")
    _pass_a_day(shop)


def _call_off(shop: Shop) -> None:
    _put_all(shop, "called-off", {"points": 20})
    orders = _orders(shop, "called-off")
    shop.house.send(*map(placed, orders))
    shop.house.settle()
    with shop.house.measured() as block:
        shop.house.send(*map(cancelled, orders))
        shop.house.settle()
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order with a checkout is cancelled before it is paid")
    _pass_a_day(shop)


def _give_back(shop: Shop) -> None:
    """Orders that say how they were paid: refunded in proportion, then as new store credit."""
    _put_all(shop, "given-back", {"points": 20, "credit": 100})
    payments = Means(points=20, credit=100)
    orders = [order.model_copy(update={"payments": payments}) for order in _orders(shop, "given-back")]
    shop.house.send(*map(placed, orders))
    shop.house.settle()
    with shop.house.measured() as block:
        shop.house.send(*map(paid, orders))
        shop.house.settle()
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order with payments is paid, with a checkout")
    with shop.house.measured() as block:
        shop.house.send(*(refunded(order, order.total // 2, at=order.placed_at) for order in orders))
        shop.house.settle()
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order with payments is refunded in part")
    to = ReturnedMeans(new_credit=100)
    with shop.house.measured() as block:
        shop.house.send(*(refunded(order, 100, "r-2", at=order.placed_at, to=to) for order in orders))
        shop.house.settle()
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order with payments is refunded as store credit")


def _use_reward(shop: Shop) -> None:
    """A gift: put, with another cart, paid, and called off after that."""
    gift = {"name": "A mug", "kind": "gift", "points": 15, "stock": 500, "limit_per_customer": 2}
    use = {"reward": shop.call("POST", "/api/loyalty/rewards", "marketing", gift)["id"]}
    case, limits = "with a reward", "with stock and a limit for each customer"
    for cart in ("a first one", "the cart has changed"):
        with shop.house.measured() as block:
            _put_all(shop, "with-a-reward", use)
            shop.house.settle()
        shop.found.keep(block, f"loyalty PUT {_CHECKOUT}", f"{cart}, {case} {limits}")
    orders = _orders(shop, "with-a-reward")
    shop.house.send(*map(placed, orders))
    shop.house.settle()
    for change, tell in (("is paid", paid), ("is cancelled", cancelled)):
        with shop.house.measured() as block:
            shop.house.send(*map(tell, orders))
            shop.house.settle()
        shop.found.keep(block, "loyalty hears OrderRecorded", f"an order {change}, {case} of a checkout {limits}")
    _pass_a_day(shop)


def _pass_a_day(shop: Shop) -> None:
    """So that no date of an ended hold is left."""
    shop.house.day.pass_days(1)
    shop.house.run("loyalty", "expire")
    shop.house.settle()


def _put_all(shop: Shop, name: str, use: dict[str, Any]) -> None:
    for customer_id in shop.customers[:_PEOPLE]:
        body = {"customer_id": customer_id, "currency": "USD", "total": 4_490, "use": use}
        shop.call("PUT", _path(name, customer_id), "storefront", body)


def _orders(shop: Shop, name: str) -> list[Order]:
    return [
        order.model_copy(update={"checkout_id": f"{name}-{customer_id}"})
        for customer_id, order in zip(shop.customers[:_PEOPLE], shop.new_orders(known=True)[:_PEOPLE], strict=True)
    ]


def _path(name: str, customer_id: str) -> str:
    return _CHECKOUT.format(checkout_id=f"{name}-{customer_id}")
