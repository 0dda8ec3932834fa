"""The inbox: hands each event of a queue's batch to its handler. A bad message fails alone.

Powertools' batch utility does the same, but its imports would slow every cold start (docs/decisions/0003).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import ValidationError

from shared.events.base import SOURCE_PREFIX, EventData, Metadata
from shared.messages.cause import Cause
from shared.runtime.observability import count, describe, logger

D = TypeVar("D", bound=EventData)


@dataclass(frozen=True)
class Heard(Generic[D]):
    """An event that was heard. `version` is the version of the item that told it, and 0 for a foreign event."""

    id: str
    source: str
    occurred_at: datetime
    version: int
    cause: Cause
    data: D


# One message needs at most so long, such as a mail's call or a page of an erasure. After a time-out the whole batch
# would be handled again.
RESERVE_MILLISECONDS: Final = 15_000

# The model of an event, and what a service does about it.
Listener = tuple[type[EventData], Callable[[Heard[Any]], None]]
# Finds the listener of an event by the event's name; None when the service does not hear the event.
Find = Callable[[str], Listener | None]


def receive(event: Mapping[str, Any], find: Find, context: Any = None) -> dict[str, list[dict[str, str]]]:
    """Handle a batch of SQS messages, each an EventBridge event.

    Returns the partial batch response: the ids of the messages that must come again. These are the messages that
    failed, and the untouched messages for which Lambda's `context` leaves no time.
    """
    failures = [
        {"itemIdentifier": record["messageId"]}
        for record in event["Records"]
        if not (_has_time(context) and _handled(record, find))
    ]
    count("EventsHandled", len(event["Records"]) - len(failures))
    return {"batchItemFailures": failures}


def read_event(envelope: Mapping[str, Any], kind: type[D]) -> Heard[D]:
    """Read an EventBridge event as `kind`. Raises pydantic's ValidationError, or KeyError if the envelope is broken."""
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
        # The rule lists only handled events. So this is a redrive from an older deployment, or the rule is wrong.
        logger.warning("event not for us", extra=names)
        return
    kind, handle = known
    handle(read_event(envelope, kind))
