"""What the tests of privacy share: doors, events to send, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

import boto3
import pytest
from chalice.config import Config
from chalice.local import LocalGateway

from infra.apps import load_app
from shared import clock
from shared.events.catalogue import EVENTS
from shared.events.customers import Channel, Consent, CustomerRegistered, CustomerStatus, Profile
from shared.events.notifications import Unsubscribed
from shared.events.privacy import ErasureAnswered, ErasureRequested, Kept
from shared.functions import relay_of
from shared.roles import Role
from tests.harness.context import LambdaContext
from tests.harness.heard import envelope, house_event, sqs_batch
from tests.tokens import bearer

NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADA: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
BEN: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAW"
UNKNOWN: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"
OTHERS: Final = ("customers", "loyalty", "segments", "notifications")

app = load_app("privacy")
_client = cache(boto3.client)
_gateway = LocalGateway(app.app, Config.create())


class Crash(BaseException):
    """The function stops here: not even `except Exception` notices."""


@dataclass
class Time:
    """A clock to set; noon of a summer's day to begin with."""

    now: datetime = NOON

    def later(self, **units: float) -> None:
        self.now += timedelta(**units)


@dataclass(frozen=True)
class Answer:
    """What an HTTP call got."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Let time pass only as the test says."""
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    return time


def call(method: str, path: str, body: Any = None, *, by: str = Role.COMPLIANCE, key: str | None = None) -> Answer:
    """Call the service over HTTP."""
    headers = {"Content-Type": "application/json", **bearer(by)} | ({"Idempotency-Key": key} if key else {})
    content = b"" if body is None else json.dumps(body).encode()
    answer = _gateway.handle_request(method=method, path=path, headers=headers, body=content)
    text = answer["body"]
    return Answer(answer["statusCode"], answer["headers"], text.decode() if isinstance(text, bytes) else text)


def enter(customer_id: str = ADA) -> str:
    """Enter a request to erase; its id."""
    answer = call("POST", "/api/privacy/requests", {"kind": "erase", "customer_id": customer_id})
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def approve(request_id: str) -> str:
    answer = call("POST", f"/api/privacy/requests/{request_id}/approve")
    assert answer.status == 200, answer.text
    return request_id


def read(request_id: str) -> Any:
    answer = call("GET", f"/api/privacy/requests/{request_id}")
    assert answer.status == 200, answer.text
    return answer.json


def hear(*events: dict[str, Any]) -> None:
    """Deliver a batch to the inbox; every message must be handled."""
    assert app.inbox(sqs_batch(*events), LambdaContext()) == {"batchItemFailures": []}


def refuses(event: dict[str, Any]) -> bool:
    """Whether the inbox gives the message back."""
    return bool(app.inbox(sqs_batch(event), LambdaContext())["batchItemFailures"])


def hear_and_crash(event: dict[str, Any]) -> None:
    """Deliver a message to a function that stops in between."""
    with suppress(Crash):
        app.inbox(sqs_batch(event), LambdaContext())


def chase() -> None:
    """Run the schedule."""
    event = {"id": "1", "source": "aws.events", "detail-type": "Scheduled Event", "resources": [], "detail": {}}
    more = {"version": "0", "account": "1", "time": "2026-01-01T00:00:00Z", "region": "us-east-1"}
    app.chase({**event, **more}, LambdaContext())


def erasure(request_id: str, customer_id: str = ADA) -> dict[str, Any]:
    """Privacy's own word, as its inbox hears it."""
    return house_event(ErasureRequested(request_id=request_id, customer_id=customer_id))


def answered(
    request_id: str, service: str, *, customer_id: str = ADA, source: str | None = None, orders: int = 3
) -> dict[str, Any]:
    """A service's answer."""
    kept = [Kept(what="orders", count=orders, why="tax law")]
    data = ErasureAnswered(
        request_id=request_id,
        customer_id=customer_id,
        service=service,
        erased={"profile": 1},
        kept=kept,
        answered_at=clock.now(),
    )
    detail = house_event(data)["detail"]
    return envelope(f"regulars.{source or service}", "ErasureAnswered", detail)


def registered(*consents: Consent, customer_id: str = ADA, event_id: str | None = None) -> dict[str, Any]:
    """A registration as customers tells it."""
    profile = Profile(
        email="ada@example.com", first_name="Ada", status=CustomerStatus.ACTIVE, registered_at=clock.now()
    )
    data = CustomerRegistered(customer_id=customer_id, profile=profile, consents=list(consents))
    return house_event(data, event_id=event_id)


def unsubscribed(*, customer_id: str = ADA, at: datetime | None = None, event_id: str | None = None) -> dict[str, Any]:
    """A use of the unsubscribe link as notifications tells it."""
    data = Unsubscribed(customer_id=customer_id, channel=Channel.EMAIL, unsubscribed_at=at or clock.now())
    return house_event(data, event_id=event_id)


def consent(*, granted: bool = True, channel: Channel = Channel.EMAIL, hours: float = 0) -> Consent:
    return Consent(channel=channel, granted=granted, decided_at=NOON + timedelta(hours=hours))


def told() -> list[tuple[str, Any]]:
    """Every event that the stream has carried so far, with its data, as the relay makes it."""
    by_name = EVENTS
    relay = relay_of("privacy", "regulars-test")
    found: list[tuple[str, Any]] = []
    for record in stream_records():
        for entry in relay.entries_of(record["dynamodb"].get("NewImage", {})):
            data = json.loads(entry["Detail"])["data"]
            found.append((entry["DetailType"], by_name[entry["DetailType"]].model_validate(data)))
    return found


def names_told() -> list[str]:
    return [name for name, _ in told()]


def stream_records() -> list[dict[str, Any]]:
    """Every record of the table's stream."""
    streams = _client("dynamodbstreams")
    arn = _client("dynamodb").describe_table(TableName="regulars-test-privacy")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return list(streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"])  # type: ignore[arg-type]


def once(work: Callable[[], Any], then: Callable[..., Any]) -> Callable[..., Any]:
    """`then`, with `work` done by somebody else right after its first result was read."""
    pending = [work]

    def read_then_lose(*args: Any) -> Any:
        result = then(*args)
        if pending:
            pending.pop()()
        return result

    return read_then_lose
