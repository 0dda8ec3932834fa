"""What the tests of customers share: calls by HTTP, events to send, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from unittest.mock import patch

import boto3
from chalice.config import Config
from chalice.local import LocalGateway
from pynamodb.connection import Connection

from customers.orders.store import find_order, find_stats
from infra.apps import load_app
from shared.events.base import EventData
from shared.events.catalogue import EVENTS
from shared.events.foreign import (
    Buyer,
    Order,
    OrderCancelled,
    OrderDelivered,
    OrderLine,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderReinstated,
    Refund,
    Review,
    ReviewPosted,
)
from shared.events.privacy import ErasureRequested
from shared.functions import relay_of
from tests import tokens
from tests.harness.context import LambdaContext
from tests.harness.ground import create_table, items
from tests.harness.heard import foreign_event, house_event, sqs_batch

NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"
NOBODY_KNOWN: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
EMAIL: Final = "ada@example.com"

app = load_app("customers")
_gateway = LocalGateway(app.app, Config.create())


@dataclass(frozen=True)
class Answer:
    """What a call got."""

    status: int
    headers: dict[str, str]
    json: Any


def call(
    method: str, path: str, body: Any = None, *, by: str = "support", headers: Mapping[str, str] | None = None
) -> Answer:
    """Call the service over HTTP as a role or a customer."""
    sent = {"Content-Type": "application/json", **tokens.bearer(by), **(headers or {})}
    content = b"" if body is None else json.dumps(body).encode()
    answer = _gateway.handle_request(method=method, path=path, headers=sent, body=content)
    return Answer(answer["statusCode"], answer["headers"], json.loads(answer["body"]))


def register(email: str = EMAIL, **more: Any) -> Answer:
    """The person's own registration."""
    headers = more.pop("headers", None)
    return call("POST", "/api/registrations", {"email": email, **more}, by="storefront", headers=headers)


def create(email: str = EMAIL, **more: Any) -> Answer:
    """A registration by staff."""
    headers = more.pop("headers", None)
    return call("POST", "/api/customers", {"email": email, **more}, headers=headers)


def read(customer_id: str) -> Answer:
    return call("GET", f"/api/customers/{customer_id}")


def change(customer_id: str, version: int, by: str = "support", **patch_: Any) -> Answer:
    headers = {"If-Match": f'"{version}"'}
    return call("PATCH", f"/api/customers/{customer_id}", patch_, by=by, headers=headers)


def order(order_id: str = "o-1", buyer: Buyer | None = None, **more: Any) -> Order:
    """An order of $10, placed at noon, by the person with the e-mail."""
    values = {"placed_at": NOON, "currency": "USD", "total": 1000, **more}
    lines = values.pop("lines", [OrderLine(product_id="cd-17", category="music", quantity=1, amount=1000)])
    return Order(id=order_id, buyer=buyer if buyer is not None else Buyer(email=EMAIL), lines=lines, **values)


def placed(of: Order) -> dict[str, Any]:
    return foreign_event(OrderPlaced(order=of))


def paid(of: Order) -> dict[str, Any]:
    return foreign_event(OrderPaid(order=of, paid_at=of.placed_at + timedelta(minutes=5)))


def refunded(of: Order, amount: int, refund_id: str = "r-1") -> dict[str, Any]:
    refund = Refund(id=refund_id, amount=amount, refunded_at=of.placed_at + timedelta(days=3))
    return foreign_event(OrderRefunded(order=of, refund=refund))


def delivered(of: Order, *, hours: int = 24) -> dict[str, Any]:
    return foreign_event(OrderDelivered(order=of, delivered_at=of.placed_at + timedelta(hours=hours)))


def cancelled(of: Order, *, hours: int = 1) -> dict[str, Any]:
    return foreign_event(OrderCancelled(order=of, cancelled_at=of.placed_at + timedelta(hours=hours)))


def reinstated(of: Order, *, hours: int = 2) -> dict[str, Any]:
    return foreign_event(OrderReinstated(order=of, reinstated_at=of.placed_at + timedelta(hours=hours)))


def reviewed(review_id: str = "rev-1", buyer: Buyer | None = None, **more: Any) -> dict[str, Any]:
    """A review of four stars, by the person with the e-mail."""
    values = {"product_id": "cd-17", "rating": 4, "posted_at": NOON, **more}
    by = buyer if buyer is not None else Buyer(email=EMAIL)
    return foreign_event(ReviewPosted(review=Review(id=review_id, buyer=by, **values)))


def erasure(customer_id: str, request_id: str = REQUEST) -> dict[str, Any]:
    return house_event(ErasureRequested(request_id=request_id, customer_id=customer_id))


def hear(*events: dict[str, Any]) -> None:
    """Deliver a batch to the inbox; every message must be handled."""
    assert deliver(*events) == []


def deliver(*events: dict[str, Any]) -> list[dict[str, str]]:
    """Deliver a batch to the inbox; what failed."""
    failures: list[dict[str, str]] = app.inbox(sqs_batch(*events), LambdaContext())["batchItemFailures"]
    return failures


def customer_of(order_id: str = "o-1") -> str | None:
    """Whom an order stands with."""
    found = find_order(order_id)
    assert found
    return found.customer_id


def totals(customer_id: str | None, currency: str = "USD") -> tuple[int, int]:
    """Orders and money in a customer's stats."""
    assert customer_id
    stats: Any = find_stats(customer_id, currency)
    return stats.orders, stats.spent


def kinds() -> dict[str, int]:
    """How many items of each kind the table has."""
    found = [item["kind"]["S"] for item in items("customers")]
    return {kind: found.count(kind) for kind in sorted(set(found))}


def told(kind: type[EventData] | None = None) -> list[Any]:
    """Every event that the stream has carried so far, as the relay makes it, read back under its model."""
    by_name = EVENTS
    relay = relay_of("customers", "regulars-test")
    found: list[Any] = []
    for record in stream_records():
        entries = relay.entries_of(record["dynamodb"].get("NewImage", {}))
        found += [by_name[e["DetailType"]].model_validate(json.loads(e["Detail"])["data"]) for e in entries]
    return [each for each in found if kind is None or isinstance(each, kind)]


def stream_records() -> list[dict[str, Any]]:
    """Every record of the table's stream."""
    streams = boto3.client("dynamodbstreams")
    arn = boto3.client("dynamodb").describe_table(TableName="regulars-test-customers")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records: list[dict[str, Any]] = list(streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"])  # type: ignore[arg-type]
    return records


def stored() -> str:
    """All items as one text, to look for what must not be there."""
    return json.dumps(items("customers"), default=str).lower()


def calls_of(work: Callable[[], Any]) -> list[str]:
    """The DynamoDB operations that some work makes."""
    made: list[str] = []
    send = Connection.dispatch

    def noted(self: Connection, operation_name: str, operation_kwargs: Any) -> Any:
        made.append(operation_name)
        return send(self, operation_name, operation_kwargs)

    with patch.object(Connection, "dispatch", noted):
        work()
    return made


def empty_table(refill: list[dict[str, Any]] | None = None) -> None:
    """Begin anew, the stream too: a table of its own is cheaper than an AWS of its own."""
    dynamodb = boto3.client("dynamodb")
    dynamodb.delete_table(TableName="regulars-test-customers")
    create_table("customers")
    for item in refill or ():
        dynamodb.put_item(TableName="regulars-test-customers", Item=item)


def after_first(monkeypatch: Any, module: Any, name: str, work: Callable[[], Any]) -> None:
    """Let another writer in between: `work` is done once, right after the module's function has read."""
    read_before = getattr(module, name)
    waiting = [work]

    def interrupted(*arguments: Any) -> Any:
        found = read_before(*arguments)
        if waiting:
            waiting.pop()()
        return found

    monkeypatch.setattr(module, name, interrupted)


class Crash(BaseException):
    """The function ends here, as by a timeout."""


def crash_at(write: int, work: Callable[[], Any]) -> bool:
    """Do some work that ends right before its n-th write; False when it made fewer. Reads leave nothing behind."""
    send, writes = Connection.dispatch, 0

    def cut(self: Connection, operation_name: str, operation_kwargs: Any) -> Any:
        nonlocal writes
        writes += "Write" in operation_name or operation_name == "PutItem"
        if writes == write:
            raise Crash
        return send(self, operation_name, operation_kwargs)

    with patch.object(Connection, "dispatch", cut):
        try:
            work()
        except Crash:
            return True
    return False
