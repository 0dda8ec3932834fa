"""Members: tiers, friends who bring friends, and customers who are one."""

from __future__ import annotations

from typing import Final

from shared.events.customers import CustomersMerged
from shared.events.foreign import Buyer
from tests.harness import people
from tests.harness.heard import house_event
from tests.harness.orders import paid, placed
from tests.meter.scenario.shop import Shop

_CUSTOMER: Final = "/api/customers/{customer_id}"
_TEN: Final = 10
_GUESTS: Final = 5
_REWARDED: Final = {"sign_up": 0, "review": 0, "referrer": 50, "referee": 50}


def use_tiers(shop: Shop) -> None:
    first = shop.customers[0]
    with shop.house.measured() as block:
        for path in (f"/api/customers/{first}/tier", f"/api/customers/{first}/tier/history", "/api/loyalty/tiers"):
            shop.call("GET", path, "storefront")
        shop.call("GET", f"/api/customers/{first}/points/verification", "support")
    for operation in {reading.operation for reading in block.readings}:
        shop.found.keep(block, operation)


def bring_friends(shop: Shop) -> None:
    """Ten new people name ten customers, buy for the first time, and turn out to be five."""
    before = shop.change_programme({"earning": {"bonuses": _REWARDED}})
    new = [shop.sign_up(people.registration(80 + n)) for n in range(_TEN)]
    shop.house.settle()
    route = f"{_CUSTOMER}/referral"
    numbers = [_number_of(shop, customer_id) for customer_id in shop.customers]
    with shop.house.measured() as block:
        for customer_id, number in zip(new, numbers, strict=True):
            path = route.format(customer_id=customer_id)
            shop.call("POST", path, customer_id, {"card_number": number})
            shop.call("GET", path, customer_id)
    shop.keep(block, f"loyalty POST {route}", f"loyalty GET {route}")
    orders = [shop.order(people.buyer(80 + n, customer_id)) for n, customer_id in enumerate(new)]
    shop.house.send(*map(placed, orders))
    shop.house.settle()
    with shop.house.measured() as block:
        shop.house.send(*map(paid, orders))
        shop.house.settle()
    shop.found.keep(block, "loyalty hears OrderRecorded", "a first order grants the referral rewards")
    with shop.house.measured() as block:
        shop.call("GET", route.format(customer_id=new[0]), "support")
    shop.found.keep(block, f"loyalty GET {route}", "both have their rewards")
    _merge(shop, new[::2], new[1::2])
    shop.change_programme(before)


def _merge(shop: Shop, stay: list[str], gone: list[str]) -> None:
    """Each with a card, a few entries and store credit."""
    for customer_id in (*stay, *gone):
        body = {"amount": 1_500, "currency": "USD", "code": "goodwill", "reason": "A parcel that came late"}
        key = {"Idempotency-Key": f"merged-{customer_id}"}
        shop.call("POST", f"/api/customers/{customer_id}/credit", "support", body, key)
    shop.house.settle()
    merged_at = shop.house.day.now()
    events = [
        CustomersMerged(customer_id=one, merged_id=other, merged_at=merged_at)
        for one, other in zip(stay, gone, strict=True)
    ]
    with shop.house.measured() as block:
        for event in events:
            shop.house.put_on_bus(house_event(event))
        shop.house.settle()
    shop.keep(block, *(f"{each} hears CustomersMerged" for each in ("loyalty", "segments", "privacy", "notifications")))
    with shop.house.measured() as block:
        for event in events:
            shop.house.put_on_bus(house_event(event))
        shop.house.settle()
    shop.found.keep(block, "loyalty hears CustomersMerged", "known already")


def find_guests(shop: Shop) -> None:
    """Five guests with an order each turn out to be five new customers."""
    guests = [f"guest{n}@example.com" for n in range(_GUESTS)]
    shop.house.send(*(placed(shop.order(Buyer(email=email))) for email in guests))
    new = [shop.sign_up(people.registration(90 + n)) for n in range(_GUESTS)]
    shop.house.settle()
    for customer_id, email in zip(new, guests, strict=True):
        shop.change(customer_id, {"email": email})
    shop.house.settle()
    with shop.house.measured() as block:
        for customer_id in new:
            shop.change(customer_id, {"email_verified": True})
        shop.house.settle()
    shop.keep(block, "customers hears CustomersMerged", "customers tells CustomersMerged")


def _number_of(shop: Shop, customer_id: str) -> str:
    number: str = shop.call("GET", f"/api/customers/{customer_id}/card", "support")["number"]
    return number
