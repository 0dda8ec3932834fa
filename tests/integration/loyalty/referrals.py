"""Friends who bring friends, as a test says it."""

from __future__ import annotations

from typing import Any

from shared.events.customers import CustomersMerged
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty import cards
from tests.integration.loyalty.shop import ADA, BOB, call, entries, get, hear


def name(
    number: str | None = None, *, customer_id: str = ADA, by: Role | str = Role.STOREFRONT, key: str | None = None
) -> Answer:
    """Say that the holder of a card, Bob's by default, brought a customer."""
    body = {"card_number": number or cards.number_of(BOB)}
    return call("POST", f"/api/customers/{customer_id}/referral", body, by=by, key=key)


def read(*, customer_id: str = ADA, by: Role | str = Role.SUPPORT) -> dict[str, Any]:
    found: dict[str, Any] = get(f"/api/customers/{customer_id}/referral", by=by).json
    return found


def merge(gone: str, stays: str) -> None:
    assert hear(CustomersMerged(customer_id=stays, merged_id=gone, merged_at="2026-11-22T00:00:00Z")) == 0


def rewards_of(customer_id: str) -> list[tuple[str, int]]:
    """What an account was given or lost for friends: on which side, and how much."""
    found = [entry for entry in entries(customer_id) if entry.pk.startswith("REFERRAL#")]
    return [(entry.cause, entry.amount) for entry in found]
