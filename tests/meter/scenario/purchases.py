"""Orders and what becomes of them: of guests and of known customers, by event and over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from shared.events.foreign import Buyer, Order, ReviewPosted
from tests.harness import people
from tests.harness.orders import cancelled, delivered, edited, paid, placed, refunded, reinstated, reviewed
from tests.meter.scenario.shop import Shop

TEN: Final = 10
GUESTS: Final = "guests.example"


def buy_for_the_first_time(shop: Shop) -> None:
    orders = shop.new_orders(known=True, cents=people.FIRST)
    with shop.house.measured() as block:
        shop.house.send(*map(placed, orders))
        shop.house.settle()
    shop.found.keep(block, "customers hears OrderPlaced", "a customer's first order")
    with shop.house.measured() as block:
        shop.house.send(*map(paid, orders))
        shop.house.settle()
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order is paid and a tier reached")
    shop.keep(block, "loyalty tells TierChanged", "notifications hears TierChanged")
    _guests_buy(shop)


def _guests_buy(shop: Shop) -> None:
    guests = [people.buyer(20 + n, provider=GUESTS) for n in range(TEN)]
    orders = [shop.order(guest) for guest in guests]
    with shop.house.measured() as block:
        shop.house.send(*map(placed, orders))
        shop.house.settle()
    shop.found.keep(block, "customers hears OrderPlaced", "a guest's first order")
    shop.found.keep(block, "loyalty hears OrderRecorded", "a guest's first order")
    shop.found.keep(block, "segments hears OrderRecorded", "a guest's first order")
    with shop.house.measured() as block:
        shop.sign_up(people.registration(20, provider=GUESTS))
    shop.found.keep(block, "customers POST /api/registrations", "a guest becomes a customer")


def buy_again(shop: Shop) -> None:
    shop.house.send(*map(paid, shop.new_orders(known=True)))
    shop.house.settle()
    with shop.house.measured() as block:  # the third order of somebody new
        shop.house.send(*map(paid, shop.new_orders(known=True)))
        shop.house.settle()
    shop.found.keep(block, "segments hears OrderRecorded", "a segment is left")
    shop.keep(block, "segments tells SegmentLeft")
    _buy_as_ever(shop)


def _buy_as_ever(shop: Shop) -> None:
    """What a shop does all day: known customers place orders and pay them. Order systems may know e-mails only."""
    orders = shop.new_orders(known=True)
    with shop.house.measured() as placing:
        shop.house.send(*map(placed, orders))
        shop.house.settle()
    with shop.house.measured() as paying:
        shop.house.send(*map(paid, orders))
        shop.house.settle()
    shop.keep(placing, "customers hears OrderPlaced", "customers tells OrderRecorded")
    shop.keep(paying, "customers hears OrderPaid", "loyalty tells PointsEarned")
    for name in ("loyalty", "segments"):
        shop.found.keep(placing, f"{name} hears OrderRecorded", "an order is placed")
        shop.found.keep(paying, f"{name} hears OrderRecorded", "an order is paid")
    shop.found.keep_order("events", TEN, placing, paying)
    with shop.house.measured() as block:
        shop.house.send(*map(placed, shop.new_orders(known=False)))
        shop.house.settle()
    shop.found.keep(block, "customers hears OrderPlaced", "by e-mail")
    with shop.house.measured() as block:
        shop.house.send(*map(paid, orders))
        shop.house.settle()
    shop.found.keep(block, "customers hears OrderPaid", "known already")


def give_money_back(shop: Shop) -> None:
    orders = shop.new_orders(known=True)
    shop.house.send(*map(paid, orders))
    shop.house.settle()
    with shop.house.measured() as block:
        shop.house.send(
            *(refunded(one, one.lines[1].amount, f"re-{one.id}", at=shop.house.day.now()) for one in orders)
        )
        shop.house.settle()
    shop.keep(block, "customers hears OrderRefunded", "loyalty tells PointsReversed")
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order is refunded in part")
    shop.found.keep(block, "segments hears OrderRecorded", "an order is refunded in part")
    _follow(shop, orders)


def _follow(shop: Shop, orders: list[Order]) -> None:
    """The same orders are delivered, cancelled, stand again, and are edited."""
    for name, told, hours in (
        ("OrderDelivered", delivered, 4),
        ("OrderCancelled", cancelled, 6),
        ("OrderReinstated", reinstated, 8),
    ):
        with shop.house.measured() as block:
            shop.house.send(*(told(one, hours=hours) for one in orders))
            shop.house.settle()
        shop.keep(block, f"customers hears {name}")
        shop.found.keep(block, "loyalty hears OrderRecorded", f"an order is {told.__name__}")
    shop.keep(block, "loyalty tells PointsReinstated")
    changed = [one.model_copy(update={"total": one.total - 500}) for one in orders]
    with shop.house.measured() as block:
        shop.house.send(*(edited(one, hours=10) for one in changed))
        shop.house.settle()
    shop.keep(block, "customers hears OrderEdited")
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order is edited")


def review(shop: Shop) -> None:
    """Ten customers review what they bought: known by id, then by e-mail; and ten whom nobody knows."""
    now = shop.house.day.now()
    by_id = [people.buyer(n, one) for n, one in enumerate(shop.customers)]
    with shop.house.measured() as block:
        shop.house.send(*(_review(f"rv-{n:06}", who, now) for n, who in enumerate(by_id)))
        shop.house.settle()
    shop.keep(block, "customers hears ReviewPosted", "customers tells ReviewRecorded")
    shop.found.keep(block, "loyalty hears ReviewRecorded", "a review earns nothing")
    for case, provider in (("by e-mail", "example.com"), ("of nobody who is known", "unknown.example")):
        buyers = [people.buyer(n, provider=provider) for n in range(TEN)]
        with shop.house.measured() as block:
            shop.house.send(*(_review(f"rv-{provider}-{n}", who, now) for n, who in enumerate(buyers)))
            shop.house.settle()
        shop.found.keep(block, "customers hears ReviewPosted", case)


def wait_for_points(shop: Shop) -> None:
    """Under another programme: what is bought ripens after two weeks, and reviews earn."""
    programme = {"pending": {"until": "days", "days": 14}, "earning": {"bonuses": {"review": 20}}}
    newest = shop.call("GET", "/api/loyalty/programme", "admin")["newest"]
    shop.call("PUT", "/api/loyalty/programme", "admin", {"programme": programme}, {"If-Match": f'"{newest}"'})
    now = shop.house.day.now()
    orders = shop.new_orders(known=True)
    with shop.house.measured() as block:
        shop.house.send(*map(paid, orders))
        shop.house.settle()
    shop.found.keep(block, "loyalty hears OrderRecorded", "an order is paid and its points are pending")
    with shop.house.measured() as block:
        buyers = [people.buyer(n, one) for n, one in enumerate(shop.customers)]
        shop.house.send(*(_review(f"rv-again-{n}", who, now) for n, who in enumerate(buyers)))
        shop.house.settle()
    shop.keep(block, "loyalty hears ReviewRecorded")


def buy_over_http(shop: Shop) -> None:
    route = "customers POST /api/customers/{customer_id}/orders"
    orders = [(customer_id, shop.order(people.buyer(n))) for n, customer_id in enumerate(shop.customers)]
    with shop.house.measured() as placing:
        for customer_id, order in orders:
            shop.call("POST", f"/api/customers/{customer_id}/orders", "storefront", people.order_body(order))
        shop.house.settle()
    with shop.house.measured() as paying:
        for customer_id, order in orders:
            body = people.order_body(order, with_payment=True)
            shop.call("POST", f"/api/customers/{customer_id}/orders", "storefront", body)
        shop.house.settle()
    shop.found.keep(placing, route)
    shop.found.keep(paying, route, "its payment")
    shop.found.keep_order("HTTP", TEN, placing, paying)
    body = people.order_body(shop.order(people.buyer(0)))
    with shop.house.measured() as block:
        path = f"/api/customers/{shop.customers[0]}/orders"
        shop.call("POST", path, "storefront", body, {"Idempotency-Key": "order-with-key"})
    shop.found.keep(block, route, "with an Idempotency-Key")


def buy_at_once(shop: Shop) -> None:
    """Whoever takes the payment first may tell of an order once: a payment carries the whole order."""
    with shop.house.measured() as block:
        shop.house.send(*map(paid, shop.new_orders(known=True)))
        shop.house.settle()
    shop.found.keep_order("one event", TEN, block)
    with shop.house.measured() as block:
        for customer_id, order in zip(shop.customers, shop.new_orders(known=True), strict=True):
            body = people.order_body(order, with_payment=True)
            shop.call("POST", f"/api/customers/{customer_id}/orders", "storefront", body)
        shop.house.settle()
    shop.found.keep_order("one call", TEN, block)


def _review(name: str, who: Buyer, at: datetime) -> ReviewPosted:
    return reviewed(name, who, product_id="sku-47110-blue-m", rating=5, posted_at=at)
