"""Events as a queue hands them over, for tests of one service."""

from __future__ import annotations

import itertools
import json
from typing import Any

from shared import clock, ids
from shared.events.base import EventData
from shared.services import SERVICES

_numbers = itertools.count(1)


def as_event(heard: EventData | dict[str, Any], *, version: int = 1) -> dict[str, Any]:
    """Data as an event of whoever tells them; an event as it is."""
    if isinstance(heard, dict):
        return heard
    return house_event(heard, version=version) if heard.told_by[0] in SERVICES else foreign_event(heard)


def house_event(data: EventData, *, version: int = 1, event_id: str | None = None) -> dict[str, Any]:
    """An EventBridge event of the house that carries `data`."""
    metadata = {
        "event_id": event_id or ids.new_event_id(),
        "occurred_at": clock.now().isoformat(),
        "correlation_id": "test",
        "causation_id": None,
        "customer_id": getattr(data, "customer_id", None),
        "version": version,
        "actor": "service:test",
    }
    detail = {"metadata": metadata, "data": data.model_dump(mode="json")}
    return envelope(f"regulars.{data.told_by[0]}", type(data).__name__, detail)


def foreign_event(data: EventData) -> dict[str, Any]:
    """An EventBridge event of the shop's own systems."""
    return envelope(data.told_by[0], type(data).__name__, data.model_dump(mode="json"))


def envelope(
    source: str, detail_type: str, detail: dict[str, Any], *, event_id: str | None = None, time: str | None = None
) -> dict[str, Any]:
    """What EventBridge puts around a detail."""
    return {
        "version": "0",
        "id": event_id or f"{next(_numbers):036d}",  # as long as EventBridge's: items remember it
        "detail-type": detail_type,
        "source": source,
        "account": "123456789012",
        "time": time or clock.now().isoformat(),
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }


def sqs_batch(*events: dict[str, Any]) -> dict[str, Any]:
    """A Lambda event of the inbox: each event as one SQS message."""
    return {"Records": [sqs_record(json.dumps(event), message_id=f"m-{next(_numbers)}") for event in events]}


def sqs_record(body: str, *, message_id: str, receives: int = 1) -> dict[str, Any]:
    """A message as Lambda gets it, received for so many times."""
    return {
        "messageId": message_id,
        "receiptHandle": message_id,
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:inbox",
        "awsRegion": "us-east-1",
    }


def scheduled() -> dict[str, Any]:
    """The event of a schedule."""
    event = {"id": "1", "source": "aws.events", "detail-type": "Scheduled Event", "resources": [], "detail": {}}
    return {**event, "version": "0", "account": "1", "time": "2026-01-01T00:00:00Z", "region": "us-east-1"}
