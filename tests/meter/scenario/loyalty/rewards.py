"""The catalogue of rewards, and what customers take from it: of a plain reward, and of one that everything limits."""

from __future__ import annotations

from typing import Any, Final
from unittest import mock

from loyalty.catalogue import store
from tests.meter.scenario.shop import Shop

_REWARDS: Final = "/api/loyalty/rewards"
_REWARD: Final = f"{_REWARDS}/{{reward_id}}"
_OFFERS: Final = "/api/customers/{customer_id}/rewards"
_CLAIMS: Final = "/api/customers/{customer_id}/claims"
_CLAIM: Final = f"{_CLAIMS}/{{claim_id}}"
_MUG: Final = {
    "name": "A mug with the shop's sign",
    "kind": "gift",
    "points": 20,
    "value": 800,
    "description": "Twelve ounces, in blue or white; say which with your next order.",
}


def use_rewards(shop: Shop) -> None:
    limited = {"stock": 500, "limit_per_customer": 2, "codes": {"source": "imported"}}
    with shop.house.measured() as block:
        plain, scarce = _add(shop, {}), _add(shop, limited)
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_REWARDS}")
    _keep_the_catalogue(shop, plain, scarce)
    with shop.house.measured() as block:
        claims = {customer_id: _claim(shop, customer_id, plain) for customer_id in shop.customers}
        shop.house.settle()
    shop.keep(block, f"loyalty POST {_CLAIMS}", "loyalty tells RewardRedeemed", "loyalty tells PointsRedeemed")
    _settle(shop, claims, "fulfil", "")
    _settle(shop, {customer_id: _claim(shop, customer_id, plain, "2") for customer_id in claims}, "cancel", "")
    # A claim begins to look for a code anywhere; one that begins behind the last of them looks twice, which is rare.
    with shop.house.measured() as block, mock.patch.object(store, "anywhere", return_value="0" * 32):
        claims = {customer_id: _claim(shop, customer_id, scarce) for customer_id in shop.customers}
        shop.house.settle()
    shop.found.keep(block, f"loyalty POST {_CLAIMS}", "with stock, a limit for each customer and a posted code")
    _read(shop, claims)
    _settle(shop, claims, "cancel", "with stock and a limit for each customer")


def _keep_the_catalogue(shop: Shop, plain: str, scarce: str) -> None:
    codes = {"codes": [f"SPRING-{n:04}-7F3K9QXW" for n in range(2 * len(shop.customers))]}
    with shop.house.measured() as block:
        shop.call("POST", f"{_REWARD.format(reward_id=scarce)}/codes", "marketing", codes)
        shop.call("PATCH", _REWARD.format(reward_id=plain), "marketing", {"points": 15}, {"If-Match": '"1"'})
        shop.call("GET", _REWARD.format(reward_id=plain), "storefront")
        shop.call("GET", _REWARDS, "storefront")
        archived = _add(shop, {})
        assert shop.house.call("DELETE", _REWARD.format(reward_id=archived), by="marketing").status == 200
        shop.house.settle()
    for operation in (f"POST {_REWARD}/codes", f"PATCH {_REWARD}", f"GET {_REWARD}", f"GET {_REWARDS}"):
        shop.keep(block, f"loyalty {operation}")
    shop.keep(block, f"loyalty DELETE {_REWARD}")
    with shop.house.measured() as block:
        shop.call("GET", _REWARD.format(reward_id=scarce), "marketing")
    shop.found.keep(block, f"loyalty GET {_REWARD}", "with stock and posted codes, by staff")
    with shop.house.measured() as block:
        for customer_id in shop.customers:
            shop.call("GET", _OFFERS.format(customer_id=customer_id), "storefront")
            shop.call("GET", f"/api/customers/{customer_id}/card", "storefront")
    shop.keep(block, f"loyalty GET {_OFFERS}")
    shop.found.keep(block, "loyalty GET /api/customers/{customer_id}/card", "with a catalogue")


def _read(shop: Shop, claims: dict[str, str]) -> None:
    with shop.house.measured() as block:
        for customer_id, claim_id in claims.items():
            shop.call("GET", _CLAIMS.format(customer_id=customer_id), "storefront")
            shop.call("GET", _CLAIM.format(customer_id=customer_id, claim_id=claim_id), "storefront")
    shop.keep(block, f"loyalty GET {_CLAIMS}", f"loyalty GET {_CLAIM}")


def _settle(shop: Shop, claims: dict[str, str], how: str, case: str) -> None:
    with shop.house.measured() as block:
        for customer_id, claim_id in claims.items():
            path = _CLAIM.format(customer_id=customer_id, claim_id=claim_id)
            shop.call("POST", f"{path}/{how}", "support")
        shop.house.settle()
    shop.found.keep(block, f"loyalty POST {_CLAIM}/{how}", case)
    if how == "cancel":
        shop.keep(block, "loyalty tells PointsRestored")


def _add(shop: Shop, facts: dict[str, Any]) -> str:
    made: str = shop.call("POST", _REWARDS, "marketing", _MUG | facts)["id"]
    return made


def _claim(shop: Shop, customer_id: str, reward_id: str, key: str = "1") -> str:
    headers = {"Idempotency-Key": f"claim-{key}-{reward_id}-{customer_id}"}
    body = {"reward_id": reward_id}
    made: str = shop.call("POST", _CLAIMS.format(customer_id=customer_id), "storefront", body, headers)["id"]
    return made
