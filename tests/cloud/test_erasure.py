"""An erasure under the functions' own roles, to its receipt: tables, dead letters, answers."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from infra.local.stage import LocalStage
from shared.services import SERVICES
from tests.cloud.shop import Shop, client, eventually, order, paid


@pytest.fixture(scope="module")
def shop(stage: LocalStage) -> Shop:
    return Shop.of(stage)


def test_an_erasure_reaches_every_table_and_every_dead_letter_queue(shop: Shop) -> None:
    customer_id, email = shop.register()
    shop.send("OrderPaid", paid(order(f"last-{uuid4().hex[:8]}", customer_id, 5_000)))
    eventually(lambda: shop.points(customer_id) == 500, "the points of the order")
    eventually(lambda: bool(_messages(shop, customer_id)), "the decision on a welcome")
    stranger = f"cus_{uuid4().hex}"
    _leave_letters(shop, customer_id, stranger)
    try:
        request = _erase(shop, customer_id)
        assert set(request["answers"]) == set(SERVICES) - {"privacy"}
        assert request["own_answer"]
        letters = _letters(shop)
        assert len(letters) == len(SERVICES)
        assert all(stranger in letter for letter in letters)
    finally:
        for outputs in _services(shop).values():
            client(shop.stage, "sqs").purge_queue(QueueUrl=outputs["DeadUrl"])
    assert shop.call("GET", f"/api/customers/{customer_id}", "support")[0] in (404, 410)
    assert shop.points(customer_id) == -1
    assert email not in _everything(shop)


def test_what_is_sent_twice_under_one_key_is_answered_from_its_receipt_in_every_service(shop: Shop) -> None:
    customer_id, _ = shop.register()
    eventually(lambda: shop.points(customer_id) == 0, "the account")
    sent: list[tuple[str, str, Any]] = [
        ("/api/registrations", "storefront", {"email": f"twice-{uuid4().hex}@example.com"}),
        (f"/api/customers/{customer_id}/points", "support", {"points": 5, "reason": "thanks"}),
        (f"/api/customers/{customer_id}/consents", "support", {"channel": "email", "granted": True}),
        ("/api/privacy/requests", "compliance", {"kind": "erase", "customer_id": customer_id}),
    ]
    for path, role, body in sent:
        key = {"Idempotency-Key": uuid4().hex}
        first, again = (shop.call("POST", path, role, body, key) for _ in range(2))
        assert first[0] == again[0] == 201, path
        assert first[1] == again[1], path
        assert again[2]["Idempotent-Replayed"] == "true", path


def _messages(shop: Shop, customer_id: str) -> list[Any]:
    status, answer, _ = shop.call("GET", f"/api/customers/{customer_id}/messages", "support")
    return list(answer["data"]) if status == 200 else []


def _services(shop: Shop) -> dict[str, dict[str, str]]:
    return {service: shop.stage.outputs[service] for service in SERVICES}


def _leave_letters(shop: Shop, *about: str) -> None:
    """A dead letter about each of them in every service's queue."""
    for outputs in _services(shop).values():
        for one in about:
            body = json.dumps({"detail": {"data": {"customer_id": one}}})
            client(shop.stage, "sqs").send_message(QueueUrl=outputs["DeadUrl"], MessageBody=body)


def _erase(shop: Shop, customer_id: str) -> dict[str, Any]:
    """Have it asked for and approved, and wait for the receipt."""
    body = {"kind": "erase", "customer_id": customer_id}
    path = f"/api/privacy/requests/{shop.storefront.post('/api/privacy/requests', 'compliance', body)['id']}"
    shop.storefront.post(f"{path}/approve", "compliance")
    eventually(lambda: shop.storefront.get(path, "compliance")["status"] == "completed", "every service's answer")
    request: dict[str, Any] = shop.storefront.get(path, "compliance")
    return request


def _letters(shop: Shop) -> list[str]:
    """What lies in all dead-letter queues."""
    sqs = client(shop.stage, "sqs")
    found: dict[str, str] = {}

    def take() -> bool:
        for outputs in _services(shop).values():
            for letter in sqs.receive_message(QueueUrl=outputs["DeadUrl"], MaxNumberOfMessages=10).get("Messages", []):
                found[letter["MessageId"]] = letter["Body"]
        return len(found) >= len(SERVICES)

    eventually(take, "the letters that stay")
    return list(found.values())


def _everything(shop: Shop) -> str:
    """All items of all tables."""
    dynamodb = client(shop.stage, "dynamodb")
    pages = [
        page
        for outputs in _services(shop).values()
        for page in dynamodb.get_paginator("scan").paginate(TableName=outputs["TableName"])
    ]
    return json.dumps([page["Items"] for page in pages], default=str)
