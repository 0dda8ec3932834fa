"""What the tests of notifications share: doors, events to send, the mails that left, and what was told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from chalice.config import Config
from chalice.local import LocalGateway

from infra.apps import load_app
from notifications.contacts.items import Contact, find_contact
from notifications.messages.items import Message
from notifications.table import NotificationsItem
from shared import clock
from shared.aws import client
from shared.events.customers import Channel, Consent, CustomerRegistered, CustomerStatus, CustomerUpdated, Profile
from shared.events.privacy import ConsentChanged, ErasureRequested
from shared.functions import relay_of
from shared.keys import customer_partition
from tests.harness.context import LambdaContext
from tests.harness.ground import items
from tests.harness.heard import house_event, sqs_batch
from tests.tokens import bearer

NOON: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADA: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
BEN: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAW"
REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"
ANOTHER_REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAY"
ADDRESS: Final = "ada@example.com"
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}

app = load_app("notifications")
_gateway = LocalGateway(app.app, Config.create())


class Crash(BaseException):
    """The function stops here: not even `except Exception` notices."""


@dataclass
class Time:
    """A clock to set; noon of a summer's day to begin with."""

    now: datetime = NOON

    def later(self, **units: float) -> None:
        self.now += timedelta(**units)


@dataclass
class Post:
    """SES at the botocore seam. What `happens` is done instead of taking the next mail: raised, called or answered."""

    mails: list[dict[str, Any]] = field(default_factory=list)
    happens: list[BaseException | Callable[[], None] | str] = field(default_factory=list)
    asked: int = 0

    def take(self, params: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        self.asked += 1
        trouble = self.happens.pop(0) if self.happens else None
        if isinstance(trouble, BaseException):
            raise trouble
        if isinstance(trouble, str):
            return _refusal(params["url"], trouble)
        if trouble:
            trouble()
        self.mails.append(json.loads(params["body"]))
        return None  # and moto takes it


@dataclass(frozen=True)
class Answer:
    """What an HTTP call got."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@contextmanager
def open_post() -> Iterator[Post]:
    post = Post()
    events = client("sesv2").meta.events
    events.register_first("before-call.sesv2.SendEmail", post.take, unique_id="post")  # type: ignore[arg-type]
    try:
        yield post
    finally:
        events.unregister("before-call.sesv2.SendEmail", unique_id="post")


def stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Let time pass only as the test says."""
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    return time


# --- doors ---------------------------------------------------------------------------------------------------------


def call(
    method: str, path: str, *, by: str | None = None, body: bytes = b"", headers: dict[str, str] | None = None
) -> Answer:
    """Call the service over HTTP, as `by` or without a token."""
    sent = {**(headers or {}), **(bearer(by) if by else {})}
    answer = _gateway.handle_request(method=method, path=path, headers=sent, body=body)
    text = answer["body"]
    return Answer(answer["statusCode"], answer["headers"], text.decode() if isinstance(text, bytes) else text)


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


# --- events --------------------------------------------------------------------------------------------------------


def consent(*, granted: bool = True, at: datetime = NOON, channel: Channel = Channel.EMAIL) -> Consent:
    return Consent(channel=channel, granted=granted, decided_at=at)


def profile(email: str = ADDRESS, status: CustomerStatus = CustomerStatus.ACTIVE, **more: Any) -> Profile:
    fields = {"first_name": "Ada", "last_name": "Byron", "registered_at": NOON, **more}
    return Profile(email=email, status=status, **fields)


def registered(
    *consents: Consent, customer_id: str = ADA, version: int = 1, of: Profile | None = None
) -> dict[str, Any]:
    data = CustomerRegistered(customer_id=customer_id, profile=of or profile(), consents=list(consents))
    return house_event(data, version=version)


def updated(*, version: int, of: Profile) -> dict[str, Any]:
    return house_event(CustomerUpdated(customer_id=ADA, profile=of), version=version)


def consent_changed(decision: Consent) -> dict[str, Any]:
    return house_event(ConsentChanged(customer_id=ADA, consent=decision))


def erasure(request_id: str = REQUEST) -> dict[str, Any]:
    return house_event(ErasureRequested(request_id=request_id, customer_id=ADA))


# --- what came of it -----------------------------------------------------------------------------------------------


def contact() -> Contact:
    found = find_contact(ADA)
    assert found is not None
    return found


def messages() -> list[Message]:
    """Ada's messages, oldest first."""
    return list(Message.query(customer_partition(ADA), Message.sk.startswith("MESSAGE#")))


def the_message() -> Message:
    (message,) = messages()
    return message


def state() -> tuple[str, str | None]:
    """Status and reason of the one message."""
    message = the_message()
    return message.status.value, message.reason


def link_in(mail: dict[str, Any]) -> str:
    """The path of the one-click unsubscribe link in a mail's headers."""
    headers: dict[str, str] = {header["Name"]: header["Value"] for header in mail["Content"]["Simple"]["Headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return headers["List-Unsubscribe"].removeprefix("<https://shop.example").removesuffix(">")


def stored() -> str:
    """Everything in the table as one text."""
    return json.dumps(items("notifications"), default=str)


def stream_records() -> list[dict[str, Any]]:
    """The table's stream from its beginning, as the relay's event source filters it."""
    streams = boto3.client("dynamodbstreams")
    table = boto3.client("dynamodb").describe_table(TableName=NotificationsItem.Meta.table_name)["Table"]
    arn = table["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records: list[dict[str, Any]] = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]  # type: ignore[assignment]
    return [record for record in records if "outbox" in record["dynamodb"].get("NewImage", {})]


def told(name: str) -> list[dict[str, Any]]:
    """The data of every event of this name that the table has told."""
    relay = relay_of("notifications", "bus")
    entries = [entry for record in stream_records() for entry in relay.entries_of(record["dynamodb"]["NewImage"])]
    return [json.loads(entry["Detail"])["data"] for entry in entries if entry["DetailType"] == name]


def _refusal(url: str, code: str) -> tuple[AWSResponse, dict[str, Any]]:
    status = 429 if code == "TooManyRequestsException" else 400
    error = {"Code": code, "Message": f"Email address is not verified: {ADDRESS}"}
    return AWSResponse(url, status, {}, None), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}  # type: ignore[arg-type]
