"""Points: held, captured, released, left to run out, and spent at once; on orders that are refunded; and quoted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from loyalty.ledger.due_dates import is_reached
from shared.events.foreign import Order
from tests.harness.aws.ground import items
from tests.harness.orders import paid, refunded
from tests.meter.scenario.shop import Shop

_HOLDS: Final = "/api/customers/{customer_id}/holds"
_HOLD: Final = f"{_HOLDS}/{{hold_id}}"
_REDEMPTIONS: Final = "/api/customers/{customer_id}/redemptions"
_QUOTE: Final = "/api/customers/{customer_id}/checkout-quote"


def spend_points(shop: Shop) -> None:
    _quote(shop)
    orders = shop.new_orders(known=True)
    _pay_by_holds(shop, orders)
    _give_back(shop, orders)
    _let_run_out(shop)
    _redeem(shop)


def _quote(shop: Shop) -> None:
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            body = {"total": 4_490, "currency": "USD"}
            shop.call("POST", _QUOTE.format(customer_id=customer_id), "storefront", body)
    shop.keep(block, f"loyalty POST {_QUOTE}")


def _pay_by_holds(shop: Shop, orders: list[Order]) -> None:
    """A payment that fails, and one that does not: for an order that the hold names."""
    with shop.house.measured() as block:
        failed = _hold_all(shop, orders, "failed")
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_HOLDS}")
    with shop.house.measured() as block:
        for customer_id, hold_id in failed.items():
            _end(shop, customer_id, hold_id, "release")
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_HOLD}/release")
    with shop.house.measured() as block:
        for customer_id, hold_id in failed.items():
            _end(shop, customer_id, hold_id, "release")
    shop.found.keep(block, f"loyalty POST {_HOLD}/release", "once more")
    with shop.house.measured() as block:
        held = _hold_all(shop, orders, "paid")
        shop.house.settle()
    shop.found.keep(block, f"loyalty POST {_HOLDS}", "the date of a hold before it still stands")
    with shop.house.measured() as block:
        for customer_id, hold_id in held.items():
            shop.call("GET", _HOLD.format(customer_id=customer_id, hold_id=hold_id), "storefront")
    shop.keep(block, f"loyalty GET {_HOLD}")
    _capture(shop, held)


def _capture(shop: Shop, held: dict[str, str]) -> None:
    with shop.house.measured() as block:
        for customer_id, hold_id in held.items():
            _end(shop, customer_id, hold_id, "capture", {"points": 30})
        shop.house.settle()
    shop.found.keep(block, f"loyalty POST {_HOLD}/capture", "a part, for an order")
    shop.keep(block, "loyalty tells PointsRedeemed")
    without = _hold_all(shop, [], "without an order")
    with shop.house.measured() as block:
        for customer_id, hold_id in without.items():
            _end(shop, customer_id, hold_id, "capture", {})
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_HOLD}/capture")
    with shop.house.measured() as block:
        for customer_id, hold_id in without.items():
            shop.call("GET", _HOLD.format(customer_id=customer_id, hold_id=hold_id), "storefront")
    shop.found.keep(block, f"loyalty GET {_HOLD}", "it has ended")


def _give_back(shop: Shop, orders: list[Order]) -> None:
    shop.house.send(*map(paid, orders))
    shop.house.settle()
    with shop.house.measured() as block:
        shop.house.send(
            *(refunded(one, one.lines[1].amount, f"re-{one.id}", at=shop.house.day.now()) for one in orders)
        )
        shop.house.settle()
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order partly paid with points is refunded in part")
    shop.keep(block, "loyalty tells PointsRestored")


def _let_run_out(shop: Shop) -> None:
    """A hold of each is left; another day, the job ends it. All other holds have ended: their dates go with it."""
    _hold_all(shop, [], "left")
    shop.house.settle()
    shop.house.day.pass_days(1)
    shop.run_due("loyalty", "expire", accounts_due(shop.house.day.now()), "a hold of points runs out")


def accounts_due(now: datetime) -> int:
    """How many accounts the job finds: to whom a day does something, or whose hold is over."""
    marks = ("due_at", "hold_until")
    return sum(any(is_reached(item[mark]["S"], now) for mark in marks if mark in item) for item in items("loyalty"))


def _redeem(shop: Shop) -> None:
    """At once: for nothing that is named, and for an order."""
    for case, order in (("", ""), ("for an order", "phone")):
        with shop.house.measured() as block:
            for customer_id in shop.customers:
                body = {"points": 25, **({"order_id": f"{order}-{customer_id}"} if order else {})}
                key = {"Idempotency-Key": f"redemption-{case}-{customer_id}".replace(" ", "-")}
                shop.call("POST", _REDEMPTIONS.format(customer_id=customer_id), "storefront", body, key)
            shop.house.settle()
        shop.found.keep(block, f"loyalty POST {_REDEMPTIONS}", case)


def _hold_all(shop: Shop, orders: list[Order], key: str) -> dict[str, str]:
    """A hold of each customer, for their order if there is one, by customer."""
    held = {}
    for n, customer_id in enumerate(shop.customers):
        body: dict[str, Any] = {"points": 50, **({"order_id": orders[n].id} if orders else {})}
        headers = {"Idempotency-Key": f"points-{key}-{customer_id}".replace(" ", "-")}
        path = _HOLDS.format(customer_id=customer_id)
        held[customer_id] = shop.call("POST", path, "storefront", body, headers)["id"]
    return held


def _end(shop: Shop, customer_id: str, hold_id: str, how: str, body: Any = None) -> None:
    shop.call("POST", f"{_HOLD.format(customer_id=customer_id, hold_id=hold_id)}/{how}", "storefront", body)
