"""The catalogue and what customers take from it, as a test says it."""

from __future__ import annotations

from typing import Any

from loyalty.catalogue import store
from loyalty.catalogue.items import Stock
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty.shop import ADA, adjust, call, get

REWARDS = "/api/loyalty/rewards"
MUG = {"name": "A mug", "kind": "gift", "points": 200, "value": 800}


def add(key: str | None = None, by: Role | str = Role.MARKETING, **facts: Any) -> Answer:
    """Put a mug into the catalogue; `facts` replace those of it."""
    return call("POST", REWARDS, MUG | facts, by=by, key=key)


def reward(**facts: Any) -> str:
    """The id of a new mug."""
    answer = add(**facts)
    assert answer.status == 201, answer.json
    made: str = answer.json["id"]
    return made


def voucher(*codes: str, **facts: Any) -> str:
    """The id of a new reward with codes that were posted."""
    made = reward(name="$5 off", kind="discount_code", codes={"source": "imported"}, **facts)
    if codes:
        assert post_codes(made, *codes).json == {"added": len(codes), "duplicates": 0}
    return made


def change(reward_id: str, body: Any, version: int | None = 1) -> Answer:
    """Patch a reward as read at `version`; None sends no If-Match."""
    match = {"If-Match": f'"{version}"'} if version is not None else {}
    return call("PATCH", f"{REWARDS}/{reward_id}", body, by=Role.MARKETING, headers=match)


def archive(reward_id: str) -> Answer:
    return call("DELETE", f"{REWARDS}/{reward_id}", by=Role.MARKETING)


def post_codes(reward_id: str, *codes: str) -> Answer:
    return call("POST", f"{REWARDS}/{reward_id}/codes", {"codes": list(codes)}, by=Role.MARKETING)


def left_of(reward_id: str) -> int | None:
    """How many of a reward can still be had, as its page says."""
    left: int | None = get(f"{REWARDS}/{reward_id}").json["left"]
    return left


def stock_of(reward_id: str) -> Stock:
    found = store.find_stock(reward_id)
    assert found
    return found


def give(points: int, customer_id: str = ADA) -> None:
    answer = adjust({"points": points, "reason": "x"}, key=f"give-{points}-{customer_id}", customer_id=customer_id)
    assert answer.status == 201, answer.json


def claim(
    reward_id: str, *, key: str | None = "k", by: Role | str = Role.STOREFRONT, customer_id: str = ADA, **facts: Any
) -> Answer:
    body = {"reward_id": reward_id, **facts}
    return call("POST", claims_of(customer_id), body, by=by, key=key)


def claimed(reward_id: str, key: str = "k", customer_id: str = ADA) -> str:
    """The id of a claim that is made."""
    answer = claim(reward_id, key=key, customer_id=customer_id)
    assert answer.status == 201, answer.json
    made: str = answer.json["id"]
    return made


def settle(claim_id: str, how: str, customer_id: str = ADA) -> Answer:
    """Fulfil or cancel a claim."""
    return call("POST", f"{claims_of(customer_id)}/{claim_id}/{how}", by=Role.SUPPORT)


def claims_of(customer_id: str = ADA) -> str:
    return f"/api/customers/{customer_id}/claims"


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["type"].removeprefix("/problems/")
