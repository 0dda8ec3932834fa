"""What staff do to cards, as a test says it."""

from __future__ import annotations

from typing import Any

from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty.shop import ADA, account, call, get


def number_of(customer_id: str = ADA) -> str:
    return account(customer_id).card_number or ""


def issue(body: Any, *, key: str | None = None, customer_id: str = ADA) -> Answer:
    return post("card", body, key=key, customer_id=customer_id)


def block(number: str, reason: str = "lost") -> Answer:
    return post("card/block", {"number": number, "reason": reason})


def unblock(number: str) -> Answer:
    return post("card/unblock", {"number": number})


def replace(number: str, *, key: str | None = None, customer_id: str = ADA, **details: Any) -> Answer:
    return post("card/replace", {"number": number, **details}, key=key, customer_id=customer_id)


def look_up(number: str, by: Role | str = Role.SUPPORT) -> Answer:
    return get(f"/api/loyalty/cards/{number}", by=by)


def change(number: str, body: Any, version: int | None = 1) -> Answer:
    """Patch a card as read at `version`; None sends no If-Match."""
    headers = {"If-Match": f'"{version}"'} if version is not None else {}
    return call("PATCH", f"/api/loyalty/cards/{number}", body, by=Role.SUPPORT, headers=headers)


def post(
    path: str, body: Any, *, key: str | None = None, by: Role | str = Role.SUPPORT, customer_id: str = ADA
) -> Answer:
    return call("POST", f"/api/customers/{customer_id}/{path}", body, by=by, key=key)
