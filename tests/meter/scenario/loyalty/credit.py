"""Store credit: given, held, spent, given back, taken back, and what time does to it."""

from __future__ import annotations

from datetime import timedelta
from itertools import zip_longest
from typing import Any, Final

from shared.events.foreign import Order
from tests.harness.orders import cancelled, paid, placed
from tests.meter.scenario.loyalty.spending import accounts_due
from tests.meter.scenario.shop import Shop

_CREDIT: Final = "/api/customers/{customer_id}/credit"
_HOLD: Final = f"{_CREDIT}/holds/{{hold_id}}"
_LIVES: Final = timedelta(days=8)


def use_credit(shop: Shop) -> None:
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            _issue(shop, customer_id, 5_000)
        shop.house.settle()
    shop.keep(block, "loyalty tells CreditIssued", "notifications hears CreditIssued")
    shop.found.keep(block, f"loyalty POST {_CREDIT}", "a customer's first")
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            last_day = shop.house.day.now().date() + _LIVES
            _issue(shop, customer_id, 1_500, expires_on=last_day.isoformat())
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_CREDIT}")
    _pay(shop)
    _take_back(shop)
    _read(shop)
    _let_it_expire(shop)


def _pay(shop: Shop) -> None:
    """An order of each is paid with credit, after a payment that failed; then it is cancelled."""
    orders = shop.new_orders(known=True)
    shop.house.send(*map(placed, orders), *map(paid, orders))
    shop.house.settle()
    failed = _hold_all(shop, orders, "failed")
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
    shop.keep(block, f"loyalty POST {_CREDIT}/holds")
    with shop.house.measured() as block:
        for customer_id, hold_id in held.items():
            _end(shop, customer_id, hold_id, "capture", {})
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_HOLD}/capture", "loyalty tells CreditSpent")
    with shop.house.measured() as block:
        for customer_id, hold_id in held.items():
            shop.call("GET", _HOLD.format(customer_id=customer_id, hold_id=hold_id), "storefront")
        shop.house.send(*map(cancelled, orders))
        shop.house.settle()
    shop.keep(block, "loyalty tells CreditRestored")
    shop.found.keep(block, f"loyalty GET {_HOLD}", "it has ended")
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order paid with credit is cancelled")


def _take_back(shop: Shop) -> None:
    route = f"{_CREDIT}/{{currency}}/revoke"
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            body = {"amount": 100, "code": "correction", "reason": "Given twice for the same parcel"}
            key = {"Idempotency-Key": f"revocation-{customer_id}"}
            path = route.format(customer_id=customer_id, currency="USD")
            shop.call("POST", path, "support", body, key)
        shop.house.settle()
    shop.keep(block, f"loyalty POST {route}", "loyalty tells CreditRevoked")


def _read(shop: Shop) -> None:
    """Read the accounts, and holds that are then left to run out."""
    held = _hold_all(shop, [], "left")
    with shop.house.measured() as block:
        for customer_id, hold_id in held.items():
            shop.call("GET", _HOLD.format(customer_id=customer_id, hold_id=hold_id), "storefront")
            shop.call("GET", _CREDIT.format(customer_id=customer_id), "storefront")
            for what in ("entries", "verification"):
                shop.call("GET", f"{_CREDIT.format(customer_id=customer_id)}/USD/{what}", "support")
    for operation in {reading.operation for reading in block.readings}:
        shop.found.keep(block, operation)


def _let_it_expire(shop: Shop) -> None:
    shop.house.day.pass_days(1)
    warned = ("loyalty tells CreditExpiring", "notifications hears CreditExpiring")
    _run(shop, "a hold of credit runs out, and its customer is warned", *warned)
    shop.house.day.pass_days(_LIVES.days)
    _run(shop, "a customer's credit expires", "loyalty tells CreditExpired")


def _run(shop: Shop, case: str, *followed: str) -> None:
    due = accounts_due(shop.house.day.now())
    shop.keep(shop.run_due("loyalty", "expire", due, case), *followed)


def _issue(shop: Shop, customer_id: str, amount: int, **more: Any) -> None:
    body = {"amount": amount, "currency": "USD", "code": "goodwill", "reason": "A parcel that came late", **more}
    key = {"Idempotency-Key": f"credit-{amount}-{customer_id}"}
    shop.call("POST", _CREDIT.format(customer_id=customer_id), "support", body, key)


def _hold_all(shop: Shop, orders: list[Order], key: str) -> dict[str, str]:
    """A hold of each customer, for their order if there is one, by customer."""
    held = {}
    for customer_id, order in zip_longest(shop.customers, orders):
        body = {"amount": 2_000, "currency": "USD", **({"order_id": order.id} if order else {})}
        headers = {"Idempotency-Key": f"hold-{key}-{customer_id}"}
        path = f"{_CREDIT.format(customer_id=customer_id)}/holds"
        held[customer_id] = shop.call("POST", path, "storefront", body, headers)["id"]
    return held


def _end(shop: Shop, customer_id: str, hold_id: str, how: str, body: Any = None) -> None:
    shop.call("POST", f"{_HOLD.format(customer_id=customer_id, hold_id=hold_id)}/{how}", "storefront", body)
