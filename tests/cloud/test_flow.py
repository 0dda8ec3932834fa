"""The packaged services on the local cloud, each function under its own role."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from infra.local.stage import LocalStage
from infra.republish import republish
from shared.services import SERVICES
from tests.cloud.shop import Shop, client, eventually, order, paid


@pytest.fixture(scope="module")
def shop(stage: LocalStage) -> Shop:
    return Shop.of(stage)


def test_a_duplicate_and_a_late_event_change_nothing(shop: Shop) -> None:
    customer_id, _ = shop.register()
    one = order(f"twice-{uuid4().hex[:8]}", customer_id, 10_000)
    for _ in range(3):
        shop.send("OrderPaid", paid(one))
    eventually(lambda: shop.points(customer_id) == 1_000, "the points of the order")
    shop.send("OrderPlaced", {"order": one})
    shop.send("OrderPaid", paid(one))
    _let_settle(shop)
    assert shop.points(customer_id) == 1_000
    [stats] = shop.storefront.get(f"/api/customers/{customer_id}/stats", "support")["currencies"]
    assert (stats["orders"], stats["spent"]) == (1, 10_000)


def test_a_poison_event_ends_in_the_dead_letter_queue_and_blocks_nobody(shop: Shop) -> None:
    sqs = client(shop.stage, "sqs")
    outputs = shop.stage.outputs["customers"]
    # Else each of the five receives would wait three minutes.
    sqs.set_queue_attributes(QueueUrl=outputs["QueueUrl"], Attributes={"VisibilityTimeout": "1"})
    try:
        poison = f"poison-{uuid4().hex[:8]}"
        shop.send("OrderPaid", {"order": {"id": poison, "total": "a lot"}})
        customer_id, _ = shop.register()
        shop.send("OrderPaid", paid(order(f"good-{uuid4().hex[:8]}", customer_id, 5_000)))
        eventually(lambda: shop.points(customer_id) == 500, "the points of the good order")
        letters: list[str] = []

        def arrived() -> bool:
            found = sqs.receive_message(QueueUrl=outputs["DeadUrl"], MaxNumberOfMessages=10).get("Messages", [])
            letters.extend(letter["Body"] for letter in found)
            for letter in found:
                sqs.delete_message(QueueUrl=outputs["DeadUrl"], ReceiptHandle=letter["ReceiptHandle"])
            return any(poison in letter for letter in letters)

        eventually(arrived, "the poison in the dead-letter queue")
        assert len(letters) == 1
    finally:
        sqs.set_queue_attributes(QueueUrl=outputs["QueueUrl"], Attributes={"VisibilityTimeout": "180"})


def test_of_two_who_change_a_customer_at_once_one_gets_412(shop: Shop) -> None:
    customer_id, _ = shop.register()
    path = f"/api/customers/{customer_id}"
    etag = shop.call("GET", path, "support")[2]["ETag"]

    def change(name: str) -> int:
        return shop.call("PATCH", path, "support", {"first_name": name}, {"If-Match": etag})[0]

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(change, ["Ada", "Grace", "Mary", "Joan"]))
    assert statuses == [200, 412, 412, 412]
    assert shop.call("PATCH", path, "support", {"first_name": "Ada"})[0] == 428


def test_of_many_who_register_one_email_at_once_one_is_the_customer(shop: Shop) -> None:
    body = {"email": f"same-{uuid4().hex}@example.com", "consents": []}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: shop.call("POST", "/api/registrations", "storefront", body), range(6)))
    assert sorted(status for status, _, _ in answers) == [201, 409, 409, 409, 409, 409]
    assert {answer["type"] for status, answer, _ in answers if status == 409} == {"/problems/email-taken"}


def test_the_same_key_moves_value_once(shop: Shop) -> None:
    customer_id, _ = shop.register()
    eventually(lambda: shop.points(customer_id) == 0, "the account")
    path, body = f"/api/customers/{customer_id}/points", {"points": 70, "reason": "goodwill"}

    def adjust(_: int) -> tuple[int, str]:
        status, entry, _headers = shop.call("POST", path, "support", body, {"Idempotency-Key": "one-key"})
        return status, str(entry)

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(adjust, range(4)))
    assert len(answers) == 1
    assert shop.points(customer_id) == 70


def test_telling_a_table_again_changes_nothing(shop: Shop) -> None:
    customer_id, _ = shop.register()
    shop.send("OrderPaid", paid(order(f"again-{uuid4().hex[:8]}", customer_id, 10_000)))
    eventually(lambda: shop.points(customer_id) == 1_000, "the points of the order")
    began = datetime.now(UTC) - timedelta(minutes=5)
    told = {service: republish(shop.stage.deployment, service, began) for service in SERVICES}
    assert told["customers"] >= 2  # the registration and the order
    assert told["loyalty"] >= 2  # the card and the points
    beyond = datetime.now(UTC) + timedelta(days=366)  # later than the clock of any test here: it was set on before
    assert republish(shop.stage.deployment, "customers", beyond) == 0
    _let_settle(shop)
    assert shop.points(customer_id) == 1_000
    [stats] = shop.storefront.get(f"/api/customers/{customer_id}/stats", "support")["currencies"]
    assert (stats["orders"], stats["spent"]) == (1, 10_000)


def _let_settle(shop: Shop) -> None:
    """Until no queue has anything left, seen twice."""
    sqs = client(shop.stage, "sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def empty() -> bool:
        urls = [outputs["QueueUrl"] for outputs in shop.stage.outputs.values() if "QueueUrl" in outputs]
        found = [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"] for url in urls]
        return not any(int(count) for attributes in found for count in attributes.values())

    for _ in range(2):
        time.sleep(1.5)
        eventually(empty, "empty queues")
