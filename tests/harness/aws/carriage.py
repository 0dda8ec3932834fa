"""What AWS carries between the services: the bus to the queues, queues to inboxes, streams to relays."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from moto.events.models import EventPattern

from shared.services import SERVICES
from tests.harness.aws.context import LambdaContext
from tests.harness.aws.ground import resources
from tests.harness.heard import envelope, sqs_record

RECEIVES: Final = 5  # maxReceiveCount of every inbox
STREAM_BATCH: Final = 100
QUEUE_BATCH: Final = 10

Function = Callable[[Any, Any], Any]
Record = dict[str, Any]


@dataclass
class Message:
    """One message of a queue."""

    id: str
    body: str
    receives: int = 0


def receivers(event: Mapping[str, Any]) -> list[str]:
    """The services whose rules match an event."""
    return [name for name in SERVICES if any(rule.matches_event(event) for rule in _rules(name))]  # type: ignore[arg-type]


def taken(entry: Mapping[str, Any], event_id: str) -> dict[str, Any]:
    """The event that EventBridge makes of an entry of PutEvents."""
    detail = json.loads(entry["Detail"])
    time = detail.get("metadata", {}).get("occurred_at")
    return envelope(entry["Source"], entry["DetailType"], detail, event_id=event_id, time=time)


def hand_to_inbox(inbox: Function, batch: Sequence[Message], context: LambdaContext) -> set[str]:
    """The ids of the messages that the inbox gives back."""
    records = [sqs_record(message.body, message_id=message.id, receives=message.receives + 1) for message in batch]
    failures = inbox({"Records": records}, context)["batchItemFailures"]
    return {failure["itemIdentifier"] for failure in failures}


def hand_to_relay(relay: Function, batch: Sequence[Record], context: LambdaContext) -> list[Record]:
    """The records that come again: a stream goes on from the first that failed."""
    failures = relay({"Records": list(batch)}, context)["batchItemFailures"]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
    return list(batch[numbers.index(failures[0]["itemIdentifier"]) :]) if failures else []


@contextmanager
def inside(dead_letters: str) -> Iterator[None]:
    """Run as a function of the service whose dead letters are in the queue at this URL."""
    before = os.environ.get("DEAD_LETTER_QUEUE_URL", "")
    os.environ["DEAD_LETTER_QUEUE_URL"] = dead_letters
    try:
        yield
    finally:
        os.environ["DEAD_LETTER_QUEUE_URL"] = before


@cache
def _rules(service: str) -> tuple[EventPattern, ...]:
    rules = [each for each in resources(service)["Resources"].values() if each.get("Type") == "AWS::Events::Rule"]
    return tuple(EventPattern(None, rule["Properties"]["EventPattern"]) for rule in rules)
