"""A shop in which everything that a path can name exists."""

from __future__ import annotations

import itertools
from typing import Any, Final

from notifications.unsubscribe.usecases import unsubscribe_url
from shared.events.customers import Channel
from tests.flows.shop import order, paid, placed, register
from tests.harness.aws.ground import aws_client
from tests.harness.house import House
from tests.harness.pass_keys import apple_pem, google_json

_KEYS: Final = itertools.count(1)


def furnished(house: House) -> dict[str, str]:
    """The values of paths: an id of each kind."""
    customer_id = register(house)
    house.settle()
    one = order("A-1", 50_000, customer_id=customer_id)
    house.send(placed(one), paid(one))
    house.settle()
    customer = f"/api/customers/{customer_id}"
    _verify(house, customer)
    _let_proposals_wait(house)
    values = {
        "customer_id": customer_id,
        "order_id": "A-1",
        "segment_id": "new",
        "version": "1",
        "name": "classic",
        "currency": "USD",
        "number": _read(house, f"{customer}/card")["number"],
        "token": unsubscribe_url(customer_id, Channel.EMAIL).rpartition("/")[2],
        "proposal_id": _post(house, f"{customer}/points", {"points": 5_000, "reason": "much"})["id"],
        "hold_id": _post(house, f"{customer}/holds", {"points": 10}, by="storefront")["id"],
        "request_id": _post(house, "/api/privacy/requests", _erasure_of(house), by="compliance")["id"],
    }
    _give_keys_for_passes()
    _post(house, f"{customer}/points", {"points": 50, "reason": "A late parcel"})
    _post(house, f"{customer}/consents", {"channel": "sms", "granted": True})
    values |= _credit(house, customer) | _reward(house, customer) | _checkout(house, customer_id)
    values |= {"transfer_id": _post(house, f"{customer}/transfers", _points_for(house))["id"]}
    house.settle()
    return values


def hold_of(path: str, values: dict[str, str]) -> str:
    """The hold that a path means: of points, or of credit."""
    return values["credit_hold_id"] if "/credit/" in path else values["hold_id"]


def _give_keys_for_passes() -> None:
    for name, value in (("apple-pass-secret", apple_pem()), ("google-pass-secret", google_json())):
        aws_client("secretsmanager").put_secret_value(SecretId=name, SecretString=value)


def _verify(house: House, customer: str) -> None:
    """So that the customer may read what was bought before the registration."""
    etag = house.call("GET", customer, by="support").headers["ETag"]
    answer = house.call("PATCH", customer, by="support", body={"email_verified": True}, headers={"If-Match": etag})
    assert answer.status == 200, answer.text
    house.settle()


def _let_proposals_wait(house: House) -> None:
    programme = _read(house, "/api/loyalty/presets/classic")["programme"]
    limits: dict[str, dict[str, Any]] = {
        "adjustments": {"approve_above": 1_000},
        "credit": {"approve_above": [{"currency": "USD", "amount": 5_000}]},
    }
    limits["transfers"] = {"allowed": True, "account_days": 0}
    body = {"programme": programme | {name: programme[name] | limit for name, limit in limits.items()}}
    answer = house.call("PUT", "/api/loyalty/programme", by="admin", body=body, headers={"If-Match": '"0"'})
    assert answer.status == 200, answer.text


def _erasure_of(house: House) -> dict[str, str]:
    """A request for somebody else: it is never approved, and nobody who is fuzzed is erased by it."""
    return {"kind": "erase", "customer_id": register(house, "grace.hopper@example.com")}


def _points_for(house: House) -> dict[str, Any]:
    """Points for somebody else, which wait for a code that nobody knows."""
    recipient = register(house, "joan.clarke@example.com")
    house.settle()
    return {"customer_id": recipient, "points": 100}


def _credit(house: House, customer: str) -> dict[str, str]:
    _post(house, f"{customer}/credit", {"amount": 5_000, "currency": "USD", "reason": "A late parcel"})
    _post(house, f"{customer}/credit", {"amount": 6_000, "currency": "USD", "reason": "much"})
    wanted = {"amount": 100, "currency": "USD"}
    return {"credit_hold_id": _post(house, f"{customer}/credit/holds", wanted, by="storefront")["id"]}


def _checkout(house: House, customer_id: str) -> dict[str, str]:
    """The customer's own, which staff and they themselves may change."""
    body = {"customer_id": customer_id, "currency": "USD", "total": 2_000, "use": {"points": 10}}
    answer = house.call("PUT", "/api/checkouts/cart-1", by=customer_id, body=body)
    assert answer.status == 200, answer.text
    return {"checkout_id": "cart-1"}


def _reward(house: House, customer: str) -> dict[str, str]:
    mug = {"name": "A mug", "kind": "gift", "points": 10}
    reward_id = _post(house, "/api/loyalty/rewards", mug, by="marketing")["id"]
    return {"reward_id": reward_id, "claim_id": _post(house, f"{customer}/claims", {"reward_id": reward_id})["id"]}


def _read(house: House, path: str) -> Any:
    answer = house.call("GET", path, by="admin")
    assert answer.status == 200, answer.text
    return answer.json


def _post(house: House, path: str, body: dict[str, Any], *, by: str = "support") -> Any:
    key = {"Idempotency-Key": f"furnish-{next(_KEYS)}"}
    answer = house.call("POST", path, by=by, body=body, headers=key)
    assert answer.status in {200, 201, 202}, answer.text
    return answer.json
