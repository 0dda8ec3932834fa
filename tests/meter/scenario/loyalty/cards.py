"""Accounts frozen and unfrozen; cards shown, drawn, put into wallets, looked up, blocked, noted, replaced, given."""

from __future__ import annotations

from typing import Any, Final

from loyalty.passes import apple, google
from loyalty.settings import LoyaltySettings
from shared.items.keys import customer_in
from tests.harness.aws.ground import aws_client, items
from tests.harness.pass_keys import apple_pem, google_json
from tests.meter.scenario.shop import Shop

_CARD: Final = "/api/customers/{customer_id}/card"
_TIER: Final = "/api/customers/{customer_id}/tier"
_FREEZE: Final = "/api/customers/{customer_id}/freeze"
_NUMBER: Final = "/api/loyalty/cards/{number}"
_START: Final[dict[str, Any]] = {
    "starting_points": {"points": 500, "reason": "From your former card"},
    "starting_tier": {"tier": "gold", "until": "2060-01-01", "reason": "From your former card"},
}


def use_cards(shop: Shop) -> None:
    numbers = {customer_id: _number_of(shop, customer_id) for customer_id in shop.customers}
    with shop.house.measured() as block:
        for customer_id, number in numbers.items():
            _look_and_note(shop, customer_id, number)
            _act(shop, customer_id, "block", {"number": number, "reason": "lost"})
        shop.house.settle()
    shop.keep(block, f"loyalty GET {_CARD}", f"loyalty GET {_CARD}/picture", f"loyalty GET {_NUMBER}")
    shop.keep(block, f"loyalty PATCH {_NUMBER}", f"loyalty POST {_CARD}/block", "loyalty tells CardBlocked")
    with shop.house.measured() as block:
        for customer_id, number in numbers.items():
            _act(shop, customer_id, "unblock", {"number": number})
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_CARD}/unblock", "loyalty tells CardUnblocked")
    with shop.house.measured() as block:
        for customer_id, number in numbers.items():
            _act(shop, customer_id, "replace", {"number": number})
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_CARD}/replace", "loyalty tells CardReplaced")
    _take_passes(shop)
    _freeze(shop)
    _give_tiers(shop)
    _start_members(shop)
    _give_to_guests(shop)


def _look_and_note(shop: Shop, customer_id: str, number: str) -> None:
    shop.call("GET", _CARD.format(customer_id=customer_id), "storefront")
    assert shop.house.call("GET", f"{_CARD.format(customer_id=customer_id)}/picture", by=customer_id).status == 200
    shop.call("GET", _NUMBER.format(number=number), "storefront")
    note = {"notes": "Left on a train; she will call if it turns up."}
    shop.call("PATCH", _NUMBER.format(number=number), "support", note, {"If-Match": '"1"'})


def _act(shop: Shop, customer_id: str, act: str, body: dict[str, Any]) -> None:
    shop.call("POST", f"{_CARD.format(customer_id=customer_id)}/{act}", "support", body)


def _take_passes(shop: Shop) -> None:
    """With keys that were read already."""
    secrets = aws_client("secretsmanager")
    secrets.put_secret_value(SecretId="apple-pass-secret", SecretString=apple_pem())
    secrets.put_secret_value(SecretId="google-pass-secret", SecretString=google_json())
    settings = LoyaltySettings.read()
    apple._key(settings.apple_pass_secret_id)
    google._key(settings.google_pass_secret_id)
    passes = f"{_CARD}/passes"
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            path, accepted = passes.format(customer_id=customer_id), {"Accept": "application/vnd.apple.pkpass"}
            assert shop.house.call("GET", f"{path}/apple", by=customer_id, headers=accepted).status == 200
            shop.call("GET", f"{path}/google", customer_id)
    shop.keep(block, f"loyalty GET {passes}/apple", f"loyalty GET {passes}/google")


def _freeze(shop: Shop) -> None:
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            _change_freeze(
                shop, customer_id, {"frozen": True, "reason": "fraud_suspected", "note": "One phone, six names"}
            )
            shop.call("GET", _FREEZE.format(customer_id=customer_id), "support")
        shop.house.settle()
    shop.keep(block, f"loyalty PUT {_FREEZE}", f"loyalty GET {_FREEZE}", "loyalty tells AccountFrozen")
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            _change_freeze(shop, customer_id, {"frozen": False})
        shop.house.settle()
    shop.keep(block, "loyalty tells AccountUnfrozen")


def _change_freeze(shop: Shop, customer_id: str, body: dict[str, Any]) -> None:
    version = 0 if body["frozen"] else 1
    shop.call("PUT", _FREEZE.format(customer_id=customer_id), "support", body, {"If-Match": f'"{version}"'})


def _give_tiers(shop: Shop) -> None:
    gold = {"tier": "gold", "until": "2060-01-01", "reason": "Wrote about us in the paper"}
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            shop.call("PUT", _TIER.format(customer_id=customer_id), "support", gold)
        shop.house.settle()
    shop.keep(block, f"loyalty PUT {_TIER}")
    for customer_id in shop.customers:
        shop.call("PUT", _TIER.format(customer_id=customer_id), "support", gold | {"tier": None})


def _give_to_guests(shop: Shop) -> None:
    accounts = [item for item in items("loyalty") if item["kind"]["S"] == "account" and "card_number" not in item]
    *guests, last = [customer_in(account["pk"]["S"]) for account in accounts]
    with shop.house.measured() as block:
        for guest in guests:
            shop.call("POST", _CARD.format(customer_id=guest), "support", {})
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_CARD}")
    with shop.house.measured() as block:
        # Guests get no mails, and the second look for their contact is no part of the card's cost.
        points = {"starting_points": _START["starting_points"] | {"notify": False}}
        shop.call("POST", _CARD.format(customer_id=last), "support", {"number": "SHOP-00001", **points})
        shop.house.settle()
    shop.found.keep(block, f"loyalty POST {_CARD}", "an own number and points")


def _start_members(shop: Shop) -> None:
    """Who was in gold a moment ago gets no mail of it again. Afterwards everybody is as before, but for the number."""
    numbers = {customer_id: _number_of(shop, customer_id) for customer_id in shop.customers}
    with shop.house.measured() as block:
        for count, (customer_id, number) in enumerate(numbers.items(), 2):
            _act(shop, customer_id, "replace", {"number": number, "new_number": f"SHOP-{count:05}", **_START})
        shop.house.settle()
    shop.found.keep(block, f"loyalty POST {_CARD}/replace", "an own number, points and a tier")
    taken = {"points": -_START["starting_points"]["points"], "reason": "Taken back", "notify": False}
    for customer_id in shop.customers:
        shop.call("PUT", _TIER.format(customer_id=customer_id), "support", _START["starting_tier"] | {"tier": None})
        headers = {"Idempotency-Key": "start-taken-back"}
        shop.call("POST", f"/api/customers/{customer_id}/points", "support", taken, headers)
    shop.house.settle()


def _number_of(shop: Shop, customer_id: str) -> str:
    number: str = shop.call("GET", _CARD.format(customer_id=customer_id), "support")["number"]
    return number
