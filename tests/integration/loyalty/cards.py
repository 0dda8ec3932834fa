"""What staff do to cards, as a test says it."""

from __future__ import annotations

import json
from typing import Any

from chalice.test import HTTPResponse

from shared.roles import Role
from tests.harness.tokens import bearer
from tests.integration.loyalty.shop import ADA, CLIENT, account, get


def number_of(customer_id: str = ADA) -> str:
    return account(customer_id).card_number or ""


def issue(body: Any, *, key: str | None = None, customer_id: str = ADA) -> HTTPResponse:
    return post("card", body, key=key, customer_id=customer_id)


def block(number: str, reason: str = "lost") -> HTTPResponse:
    return post("card/block", {"number": number, "reason": reason})


def unblock(number: str) -> HTTPResponse:
    return post("card/unblock", {"number": number})


def replace(number: str, *, key: str | None = None, customer_id: str = ADA, **details: Any) -> HTTPResponse:
    return post("card/replace", {"number": number, **details}, key=key, customer_id=customer_id)


def look_up(number: str, by: Role | str = Role.SUPPORT) -> HTTPResponse:
    return get(f"/api/loyalty/cards/{number}", by=by)


def change(number: str, body: Any, version: int | None = 1) -> HTTPResponse:
    """Patch a card as read at `version`; None sends no If-Match."""
    headers = _headers(Role.SUPPORT) | ({"If-Match": f'"{version}"'} if version is not None else {})
    return CLIENT.http.patch(f"/api/loyalty/cards/{number}", headers=headers, body=json.dumps(body).encode())


def post(
    path: str, body: Any, *, key: str | None = None, by: Role | str = Role.SUPPORT, customer_id: str = ADA
) -> HTTPResponse:
    headers = _headers(by) | ({"Idempotency-Key": key} if key else {})
    return CLIENT.http.post(f"/api/customers/{customer_id}/{path}", headers=headers, body=json.dumps(body).encode())


def _headers(by: Role | str) -> dict[str, str]:
    return {"Content-Type": "application/json", **bearer(by)}
