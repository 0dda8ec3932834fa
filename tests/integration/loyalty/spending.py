"""What storefronts do with points, as a test says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.points import store
from loyalty.points.items import PointsAccount
from shared.items.table import commit
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty.shop import ADA, account, call, get

WRITING = "loyalty.ledger.store.commit"


def hold(points: Any, *, key: str | None = "h1", by: Role | str = Role.STOREFRONT, **body: Any) -> Answer:
    return post("holds", {"points": points, **body}, key=key, by=by)


def held(points: int, *, key: str = "h1", **body: Any) -> str:
    """Hold points; the hold's id."""
    answer = hold(points, key=key, **body)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def read_hold(hold_id: str, *, by: Role | str = Role.STOREFRONT, customer_id: str = ADA) -> Answer:
    return get(f"/api/customers/{customer_id}/holds/{hold_id}", by=by)


def capture(hold_id: str, *, by: Role | str = Role.STOREFRONT, customer_id: str = ADA, **body: Any) -> Answer:
    return post(f"holds/{hold_id}/capture", body, by=by, customer_id=customer_id)


def release(hold_id: str, *, by: Role | str = Role.STOREFRONT, customer_id: str = ADA) -> Answer:
    return post(f"holds/{hold_id}/release", None, by=by, customer_id=customer_id)


def redeem(points: Any, *, key: str | None = "r1", by: Role | str = Role.STOREFRONT, **body: Any) -> Answer:
    return post("redemptions", {"points": points, **body}, key=key, by=by)


def quote(total: int, *, by: Role | str = Role.STOREFRONT, **body: Any) -> Answer:
    return post("checkout-quote", {"total": total, "currency": "USD", **body}, by=by)


def post(
    path: str, body: Any, *, key: str | None = None, by: Role | str = Role.STOREFRONT, customer_id: str = ADA
) -> Answer:
    return call("POST", f"/api/customers/{customer_id}/{path}", body, by=by, key=key)


def places() -> tuple[int, int, int]:
    """How many points are available, held and owed."""
    vector = account().balances.vector
    return vector.available, vector.held, vector.owed


def let_in(monkeypatch: pytest.MonkeyPatch, other: Callable[[], Any]) -> None:
    """Let `other` run whole between this request's reading of the account and its write."""
    read = store.find_account

    def read_then_lose(customer_id: str) -> PointsAccount | None:
        found = read(customer_id)
        monkeypatch.setattr(store, "find_account", read)
        other()
        return found

    monkeypatch.setattr(store, "find_account", read_then_lose)


def crash_before_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the function die once, right after its write was stored."""

    def commit_and_crash(*writes: Any) -> None:
        monkeypatch.setattr(WRITING, commit)
        commit(*writes)
        raise RuntimeError

    monkeypatch.setattr(WRITING, commit_and_crash)
