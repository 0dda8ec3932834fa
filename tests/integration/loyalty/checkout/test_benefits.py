"""A checkout takes the benefits of the customer's tier off its cart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.events.customers import CustomerStatus
from shared.roles import Role
from tests.integration.loyalty.checkout.checkouts import CART, look
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, call, hear, order, points, registration, update

Clock = Callable[[str], None]
TIERS = [
    {"tier": "fan", "threshold": 0},
    {
        "tier": "vip",
        "threshold": 1_000,
        "benefits": [
            {"kind": "discount", "percent": 10},
            {"kind": "free_shipping", "minimum": 5_000},
            {"kind": "birthday_discount", "percent": 20},
            {"kind": "anniversary_discount", "percent": 15},
        ],
    },
]


@pytest.fixture(autouse=True)
def a_vip(set_clock: Clock) -> None:
    set_clock("2026-02-10T12:00:00+00:00")
    set_programme(tiers={"rungs": TIERS}, redeeming={"largest_share": 50})
    hear(registration(), order(total=20_000))


def put(use: dict[str, Any] | None = None, **cart: Any) -> dict[str, Any]:
    whole = {"customer_id": ADA, "currency": "USD", "total": 10_995, "goods": 10_000, "shipping": 495}
    body = {**whole, **cart, "use": {"benefits": True, **(use or {})}}
    answer = call("PUT", f"/api/checkouts/{CART}", body, by=Role.STOREFRONT)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def off(checkout: dict[str, Any]) -> dict[str, int]:
    return {each["kind"]: each["amount"] for each in checkout["benefits"]}


def test_a_discount_and_free_shipping_come_off_before_points_pay() -> None:
    found = put({"points": "most"})
    assert off(found) == {"discount": 1_000, "free_shipping": 495}
    # Points pay at most half of the 9,500 that are left.
    assert (found["points"]["value"], found["remaining"]) == (2_000, 7_500)
    assert look().json == found


def test_points_and_credit_never_pay_what_benefits_took_off() -> None:
    found = put({"points": "most"}, total=1_000, goods=1_000, shipping=0)
    assert (off(found), found["points"]["value"], found["remaining"]) == ({"discount": 100}, 450, 450)
    too_much = {"customer_id": ADA, "currency": "USD", "total": 1_000, "goods": 1_000}
    refused = call(
        "PUT", f"/api/checkouts/{CART}", too_much | {"use": {"benefits": True, "points": 451}}, by=Role.STOREFRONT
    )
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "use.points")


def test_nothing_comes_off_unless_it_is_asked_for() -> None:
    assert (off(put({"benefits": False})), put({"benefits": False})["remaining"]) == ({}, 10_995)


def test_a_changed_cart_has_its_own_benefits() -> None:
    put()
    small = put(total=1_495, goods=1_000, shipping=495)
    assert (off(small), small["remaining"]) == ({"discount": 100}, 1_395)


def test_the_tier_is_that_of_now() -> None:
    hear(order(total=20_000, refunded=20_000))
    assert off(put()) == {}


@pytest.mark.parametrize(
    ("day", "kind", "amount"),
    [
        ("2026-06-03", "birthday_discount", 2_000),
        ("2026-06-04", "discount", 1_000),
        ("2027-01-31", "anniversary_discount", 1_500),
        ("2026-01-31", "discount", 1_000),
    ],
)
def test_a_birthday_and_an_anniversary_have_their_own_discounts(
    set_clock: Clock, day: str, kind: str, amount: int
) -> None:
    set_programme(tiers={"rungs": TIERS}, earning={"bonuses": {"birthday_window": "day"}}, expiry={"mode": "never"})
    hear(registration(birthday="1990-06-03", registered_at="2026-01-31T10:00:00+00:00"))
    set_clock(f"{day}T12:00:00+00:00")
    assert off(put()).get(kind) == amount


def test_goods_and_shipping_are_within_the_total() -> None:
    body = {"customer_id": ADA, "currency": "USD", "total": 1_000, "goods": 800, "shipping": 201}
    refused = call("PUT", f"/api/checkouts/{CART}", body, by=Role.STOREFRONT)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "shipping")


@pytest.mark.parametrize("parts", [{"goods": 10}, {"shipping": 8_995}, {"goods": 10, "shipping": 8_995}])
def test_a_customer_does_not_say_what_of_the_total_is_goods_or_shipping(parts: dict[str, int]) -> None:
    """Otherwise all of a cart would be free shipping."""
    body = {"customer_id": ADA, "currency": "USD", "total": 10_995, "use": {"benefits": True}, **parts}
    refused = call("PUT", f"/api/checkouts/{CART}", body, by=ADA)
    assert (refused.status, [each["field"] for each in refused.json["errors"]]) == (403, [*parts])
    del body["goods" if "goods" in parts else "shipping"]
    body |= {"goods": 0, "shipping": 0}
    taken = call("PUT", f"/api/checkouts/{CART}", body, by=ADA)
    assert (taken.status, taken.json["benefits"], taken.json["remaining"]) == (200, [], 10_995)


def test_whoever_cannot_spend_has_no_benefits() -> None:
    hear(update(status=CustomerStatus.BANNED))
    assert off(put()) == {}


def test_another_currency_has_no_benefits() -> None:
    assert off(put(currency="EUR")) == {}


def test_the_payment_of_a_cart_with_benefits_spends_its_points() -> None:
    put({"points": 500})
    hear(order("B1", total=9_000, checkout_id=CART))
    assert -500 in points()
    assert (look().json["state"], off(look().json)) == ("captured", {"discount": 1_000, "free_shipping": 495})


def test_goods_alone_are_within_the_total_too() -> None:
    body = {"customer_id": ADA, "currency": "USD", "total": 1_000, "goods": 1_001, "use": {"benefits": True}}
    refused = call("PUT", f"/api/checkouts/{CART}", body, by=Role.STOREFRONT)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "goods")
