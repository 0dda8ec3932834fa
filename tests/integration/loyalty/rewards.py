"""The catalogue and what customers take from it, as a test says it."""

from __future__ import annotations

import json
from typing import Any

from chalice.test import HTTPResponse

from loyalty.rewards import store
from loyalty.rewards.items import Stock
from shared.roles import Role
from tests.harness.tokens import bearer
from tests.integration.loyalty.shop import ADA, CLIENT, adjust, get

REWARDS = "/api/loyalty/rewards"
MUG = {"name": "A mug", "kind": "gift", "points": 200, "value": 800}


def add(key: str | None = None, by: Role | str = Role.MARKETING, **facts: Any) -> HTTPResponse:
    """Put a mug into the catalogue; `facts` replace those of it."""
    return _send("POST", REWARDS, MUG | facts, by, **({"Idempotency-Key": key} if key else {}))


def reward(**facts: Any) -> str:
    """The id of a new mug."""
    answer = add(**facts)
    assert answer.status_code == 201, answer.json_body
    made: str = answer.json_body["id"]
    return made


def voucher(*codes: str, **facts: Any) -> str:
    """The id of a new reward with codes that were posted."""
    made = reward(name="$5 off", kind="discount_code", codes={"source": "imported"}, **facts)
    if codes:
        assert post_codes(made, *codes).json_body == {"added": len(codes), "duplicates": 0}
    return made


def change(reward_id: str, body: Any, version: int | None = 1) -> HTTPResponse:
    """Patch a reward as read at `version`; None sends no If-Match."""
    match = {"If-Match": f'"{version}"'} if version is not None else {}
    return _send("PATCH", f"{REWARDS}/{reward_id}", body, Role.MARKETING, **match)


def archive(reward_id: str) -> HTTPResponse:
    return CLIENT.http.delete(f"{REWARDS}/{reward_id}", headers=bearer(Role.MARKETING))


def post_codes(reward_id: str, *codes: str) -> HTTPResponse:
    return _send("POST", f"{REWARDS}/{reward_id}/codes", {"codes": list(codes)}, Role.MARKETING)


def left_of(reward_id: str) -> int | None:
    """How many of a reward can still be had, as its page says."""
    left: int | None = get(f"{REWARDS}/{reward_id}").json_body["left"]
    return left


def stock_of(reward_id: str) -> Stock:
    found = store.find_stock(reward_id)
    assert found
    return found


def give(points: int, customer_id: str = ADA) -> None:
    answer = adjust({"points": points, "reason": "x"}, key=f"give-{points}-{customer_id}", customer_id=customer_id)
    assert answer.status_code == 201, answer.json_body


def claim(
    reward_id: str, *, key: str | None = "k", by: Role | str = Role.STOREFRONT, customer_id: str = ADA, **facts: Any
) -> HTTPResponse:
    body = {"reward_id": reward_id, **facts}
    return _send("POST", claims_of(customer_id), body, by, **({"Idempotency-Key": key} if key else {}))


def claimed(reward_id: str, key: str = "k", customer_id: str = ADA) -> str:
    """The id of a claim that is made."""
    answer = claim(reward_id, key=key, customer_id=customer_id)
    assert answer.status_code == 201, answer.json_body
    made: str = answer.json_body["id"]
    return made


def settle(claim_id: str, how: str, customer_id: str = ADA) -> HTTPResponse:
    """Fulfil or cancel a claim."""
    return _send("POST", f"{claims_of(customer_id)}/{claim_id}/{how}", None, Role.SUPPORT)


def claims_of(customer_id: str = ADA) -> str:
    return f"/api/customers/{customer_id}/claims"


def problem(answer: HTTPResponse) -> tuple[int, str]:
    return answer.status_code, answer.json_body["type"].removeprefix("/problems/")


def _send(method: str, path: str, body: Any, by: Role | str, **headers: str) -> HTTPResponse:
    return CLIENT.http.request(
        method,
        path,
        headers={"Content-Type": "application/json", **bearer(by), **headers},
        body=b"" if body is None else json.dumps(body).encode(),
    )
