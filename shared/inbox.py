"""The inbox: hands each event of a queue's batch to the function that handles it; a bad one fails alone.

Powertools' batch utility does the same, and imports asyncio for it: more than this whole module costs, in every cold
start of every function of a bundle (docs/decisions/0003).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from shared.cause import Cause
from shared.events.base import SOURCE_PREFIX, EventData, Metadata
from shared.observability import count, describe, logger

D = TypeVar("D", bound=EventData)


@dataclass(frozen=True)
class Heard(Generic[D]):
    """An event as it was heard. `version` is of the item that told it, 0 of a foreign event."""

    id: str
    source: str
    occurred_at: datetime
    version: int
    cause: Cause
    data: D


# What one message may need at worst: a mail's call, or an erasure's page. A batch that ends in a time-out would be
# handled again whole.
RESERVE_MILLISECONDS: Final = 15_000

# The model of an event, and what a service does about it.
Listener = tuple[type[EventData], Callable[[Heard[Any]], None]]
# Finds the listener of an event by the event's name; None when the service does not hear the event.
Find = Callable[[str], Listener | None]


def receive(event: Mapping[str, Any], find: Find, context: Any = None) -> dict[str, list[dict[str, str]]]:
    """Handle a batch of SQS messages, each an EventBridge event.

    Returns the partial batch response: the ids of the messages that failed and are to come again. Those that slow ones
    leave no time for, by Lambda's `context`, are among them, untouched.
    """
    failures = [
        {"itemIdentifier": record["messageId"]}
        for record in event["Records"]
        if not (_has_time(context) and _handled(record, find))
    ]
    count("EventsHandled", len(event["Records"]) - len(failures))
    return {"batchItemFailures": failures}


def read_event(envelope: Mapping[str, Any], kind: type[D]) -> Heard[D]:
    """An EventBridge event as `kind`. Raises pydantic's ValidationError, and KeyError without an envelope."""
    source, detail = envelope["source"], envelope["detail"]
    if not source.startswith(SOURCE_PREFIX):
        return _read_foreign(envelope, kind.model_validate(detail))
    metadata = Metadata.model_validate(detail["metadata"])
    cause = Cause(metadata.actor, metadata.correlation_id, metadata.event_id)
    data = kind.model_validate(detail["data"])
    return Heard(metadata.event_id, source, metadata.occurred_at, metadata.version, cause, data)


def _has_time(context: Any) -> bool:
    return context is None or context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS


def _read_foreign(envelope: Mapping[str, Any], data: D) -> Heard[D]:
    cause = Cause(f"machine:{envelope['source']}", envelope["id"], envelope["id"])
    occurred_at = datetime.fromisoformat(envelope["time"])
    return Heard(envelope["id"], envelope["source"], occurred_at, 0, cause, data)


def _handled(record: Mapping[str, Any], find: Find) -> bool:
    """Whether the message needs to come no more; the reason of a failure is logged under the message's id."""
    names: dict[str, Any] = {"message_id": record["messageId"]}
    try:
        envelope = json.loads(record["body"])
        names |= {"detail_type": envelope["detail-type"], "event_bridge_id": envelope["id"]}
        _handle(envelope, find, names)
    except ValidationError as error:
        fields = [".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False)]
        logger.error("event refused", extra={**names, "fields": fields})
        return False
    except Exception as error:  # noqa: BLE001  # one bad message fails alone
        logger.error("event failed", extra={**names, **describe(error)})
        return False
    return True


def _handle(envelope: Mapping[str, Any], find: Find, names: dict[str, Any]) -> None:
    known = find(envelope["detail-type"])
    if known is None:
        # The rule lists what is handled; this is a redrive from an older deployment, or a rule that lies.
        logger.warning("event not for us", extra=names)
        return
    kind, handle = known
    handle(read_event(envelope, kind))
