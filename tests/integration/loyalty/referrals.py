"""Friends who bring friends, as a test says it."""

from __future__ import annotations

import json
from typing import Any

from chalice.test import HTTPResponse

from shared.events.customers import CustomersMerged
from shared.roles import Role
from tests.harness.tokens import bearer
from tests.integration.loyalty import cards
from tests.integration.loyalty.shop import ADA, BOB, CLIENT, entries, get, hear


def name(
    number: str | None = None, *, customer_id: str = ADA, by: Role | str = Role.STOREFRONT, key: str | None = None
) -> HTTPResponse:
    """Say that the holder of a card, Bob's by default, brought a customer."""
    headers = {"Content-Type": "application/json", **bearer(by)} | ({"Idempotency-Key": key} if key else {})
    body = {"card_number": number or cards.number_of(BOB)}
    path = f"/api/customers/{customer_id}/referral"
    return CLIENT.http.post(path, headers=headers, body=json.dumps(body).encode())


def read(*, customer_id: str = ADA, by: Role | str = Role.SUPPORT) -> dict[str, Any]:
    found: dict[str, Any] = get(f"/api/customers/{customer_id}/referral", by=by).json_body
    return found


def merge(gone: str, stays: str) -> None:
    assert hear(CustomersMerged(customer_id=stays, merged_id=gone, merged_at="2026-11-22T00:00:00Z")) == 0


def thanks(customer_id: str) -> list[tuple[str, int]]:
    """What an account was given or lost for friends: on which side, and how much."""
    found = [entry for entry in entries(customer_id) if entry.pk.startswith("REFERRAL#")]
    return [(entry.cause, entry.amount) for entry in found]
