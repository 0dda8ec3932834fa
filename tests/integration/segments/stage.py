"""What the tests of segments share: a clock to set, events to send, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from unittest.mock import patch

import boto3
from pynamodb.connection import Connection

from infra.apps import load_app
from segments.features.store import find_row
from shared.events.base import EventData
from shared.events.catalogue import EVENTS
from shared.events.customers import (
    CustomerRegistered,
    CustomerStatus,
    CustomerUpdated,
    OrderRecorded,
    OrderStats,
    OrderStatus,
    Profile,
)
from shared.events.privacy import ErasureRequested
from shared.functions import relay_of
from tests.harness.context import LambdaContext
from tests.harness.ground import create_table, items
from tests.harness.heard import house_event, sqs_batch

NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADA: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
BEN: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAW"
REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"

app = load_app("segments")


class Stage:
    """Segments at a moment that tests choose; noon of a summer's day to begin with."""

    def __init__(self) -> None:
        self.now = NOON

    def clock(self) -> datetime:
        return self.now

    def later(self, *, days: int) -> None:
        self.now += timedelta(days=days)


def empty_table() -> None:
    """Begin anew, the stream too: a table of its own is cheaper than an AWS of its own."""
    boto3.client("dynamodb").delete_table(TableName="regulars-test-segments")
    create_table("segments")


def hear(*events: dict[str, Any]) -> None:
    """Deliver a batch to the inbox; every message must be handled."""
    assert app.inbox(sqs_batch(*events), LambdaContext()) == {"batchItemFailures": []}


def refresh(context: Any = None) -> dict[str, Any]:
    """Run the schedule."""
    event = {"id": "1", "source": "aws.events", "detail-type": "Scheduled Event", "resources": [], "detail": {}}
    more = {"version": "0", "account": "1", "time": "2026-01-01T00:00:00Z", "region": "us-east-1"}
    answer: dict[str, Any] = app.refresh({**event, **more}, context or LambdaContext())
    return answer


def registered(
    customer_id: str = ADA,
    *,
    version: int = 1,
    at: datetime = NOON,
    status: CustomerStatus = CustomerStatus.ACTIVE,
    as_update: bool = False,
) -> dict[str, Any]:
    """A profile as customers tells it."""
    profile = Profile(email="ada@example.com", first_name="Ada", status=status, registered_at=at)
    kind = CustomerUpdated if as_update else CustomerRegistered
    return house_event(kind(customer_id=customer_id, profile=profile), version=version)


def ordered(
    customer_id: str | None = ADA,
    *,
    version: int = 1,
    orders: int = 1,
    spent: int = 1000,
    days_ago: int = 0,
    currency: str = "USD",
) -> dict[str, Any]:
    """An order as customers tells it, with the customer's stats after it; `spent` in minor units."""
    at = NOON - timedelta(days=days_ago)
    stats = OrderStats(
        version=version, currency=currency, orders=orders, spent=spent, first_order_at=at, last_order_at=at
    )
    return house_event(
        OrderRecorded(
            order_id=f"o-{version}",
            customer_id=customer_id,
            status=OrderStatus.PAID,
            placed_at=at,
            paid_at=at,
            currency=currency,
            total=spent,
            refunded=0,
            stats=stats if customer_id else None,
        )
    )


def erasure(customer_id: str = ADA, request_id: str = REQUEST) -> dict[str, Any]:
    """The request to forget somebody."""
    return house_event(ErasureRequested(request_id=request_id, customer_id=customer_id))


def segments_of(customer_id: str = ADA) -> list[str]:
    """What the row says."""
    row = find_row(customer_id)
    return [held.segment_id for held in row.held or ()] if row else []


def memberships() -> dict[str, list[str]]:
    """What the membership items say, by customer."""
    found: dict[str, list[str]] = {}
    for item in items("segments"):
        if item["kind"]["S"] == "membership":
            found.setdefault(item["sk"]["S"], []).append(item["pk"]["S"].split("#")[1])
    return {customer_id: sorted(segments) for customer_id, segments in found.items()}


def told() -> list[tuple[str, str, str | None]]:
    """Every event that the stream has carried so far, as the relay makes it: name, customer, segment."""
    return [(name, data.customer_id, getattr(data, "segment_id", None)) for name, data in told_data()]


def told_data() -> list[tuple[str, Any]]:
    """The events' names and data, each read back under its model."""
    by_name = EVENTS
    relay = relay_of("segments", "regulars-test")
    found: list[tuple[str, Any]] = []
    for record in stream_records():
        for entry in relay.entries_of(record["dynamodb"].get("NewImage", {})):
            kind: type[EventData] = by_name[entry["DetailType"]]
            found.append((kind.__name__, kind.model_validate(json.loads(entry["Detail"])["data"])))
    return found


def stream_records() -> list[dict[str, Any]]:
    """Every record of the table's stream."""
    streams = boto3.client("dynamodbstreams")
    arn = boto3.client("dynamodb").describe_table(TableName="regulars-test-segments")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records: Sequence[Any] = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return list(records)


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


def stored_size(item: dict[str, Any]) -> int:
    """The bytes that DynamoDB counts of an item in its own form: names, values, 3 for a list or map and 1 an entry."""
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(value: dict[str, Any]) -> int:
    [(kind, held)] = value.items()
    if kind == "M":
        return 3 + sum(1 + len(name) + _size(part) for name, part in held.items())
    if kind == "L":
        return 3 + sum(1 + _size(part) for part in held)
    return len(str(held))
