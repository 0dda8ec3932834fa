"""What is done with store credit over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.credit import store
from loyalty.credit.items import CreditAccount
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.verification import verify
from shared.roles import Role
from tests.harness.aws.gateway import Answer
from tests.integration.loyalty.shop import ADA, call


def post(
    path: str, body: Any = None, *, key: str | None = None, by: Role | str = Role.SUPPORT, customer_id: str = ADA
) -> Answer:
    """POST to a path under a customer's store credit."""
    return call("POST", f"/api/customers/{customer_id}/credit{path}", body, by=by, key=key)


def issue(amount: int, *, key: str = "i1", customer_id: str = ADA, by: Role = Role.SUPPORT, **more: Any) -> Answer:
    body = {"amount": amount, "currency": "USD", "code": "goodwill", "reason": "A late delivery", **more}
    return post("", body, key=key, customer_id=customer_id, by=by)


def revoke(amount: int, *, key: str = "r1", currency: str = "USD", **more: Any) -> Answer:
    return post(f"/{currency}/revoke", {"amount": amount, "reason": "Given twice", **more}, key=key)


def hold(amount: int, *, key: str = "h1", by: Role | str = Role.STOREFRONT, **more: Any) -> Answer:
    return post("/holds", {"amount": amount, "currency": "USD", **more}, key=key, by=by)


def held(amount: int, *, key: str = "h1", **more: Any) -> str:
    """The id of a new hold."""
    answer = hold(amount, key=key, **more)
    assert answer.status == 201, answer.json
    return str(answer.json["id"])


def capture(hold_id: str, *, customer_id: str = ADA, by: Role | str = Role.STOREFRONT, **body: Any) -> Answer:
    return post(f"/holds/{hold_id}/capture", body, customer_id=customer_id, by=by)


def release(hold_id: str, *, customer_id: str = ADA, by: Role | str = Role.STOREFRONT) -> Answer:
    return post(f"/holds/{hold_id}/release", customer_id=customer_id, by=by)


def look(path: str = "", *, by: Role | str = Role.SUPPORT, customer_id: str = ADA) -> Answer:
    """GET a path under a customer's store credit."""
    return call("GET", f"/api/customers/{customer_id}/credit{path}", by=by)


def let_in(monkeypatch: pytest.MonkeyPatch, other: Callable[[], Any]) -> None:
    """Let `other` run whole between what the next request reads and what it writes."""
    make = store.post_credit

    def lose_then_make(*about: Any, **facts: Any) -> Entry:
        monkeypatch.setattr(store, "post_credit", make)
        other()
        return make(*about, **facts)

    monkeypatch.setattr(store, "post_credit", lose_then_make)


def credit(customer_id: str = ADA, currency: str = "USD") -> CreditAccount:
    found = store.find_account(customer_id, currency)
    assert found
    return found


def credit_entries(customer_id: str = ADA, currency: str = "USD") -> list[Entry]:
    """The ledger, oldest first; it is checked whenever a test looks at it."""
    account = credit(customer_id, currency)
    found = ledger.entries_of(account.name, before=None, kind=None, limit=None)[::-1]
    assert verify(account, found).what is None
    return found


def lots(customer_id: str = ADA, currency: str = "USD") -> dict[str, int]:
    return {day.isoformat(): amount for day, amount in credit(customer_id, currency).lots.items()}


def kinds(customer_id: str = ADA, currency: str = "USD") -> list[tuple[str, int]]:
    return [(entry.entry_kind.value, entry.amount) for entry in credit_entries(customer_id, currency)]
