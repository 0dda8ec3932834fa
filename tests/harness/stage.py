"""One service on moto: calls by HTTP, events into its inbox, schedules, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from infra.apps import load_app
from shared.events.base import EventData
from shared.events.catalogue import EVENTS
from shared.runtime.triggers import relay_of
from tests.harness.aws.context import LambdaContext
from tests.harness.aws.gateway import Gateway
from tests.harness.aws.ground import BUS, ground, items, replace_table
from tests.harness.aws.streams import is_carried, records_of
from tests.harness.heard import as_event, scheduled, sqs_batch
from tests.harness.interruptions import Crash


@dataclass(frozen=True)
class Carried:
    """An event that the service tells, with its data as the bus carries them."""

    kind: type[EventData]
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return self.kind.__name__

    @property
    def event(self) -> Any:
        """The data read back under their model."""
        return self.kind.model_validate(self.data)


class Stage:
    """A service with its table."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.app: Any = load_app(service)
        self.call = Gateway(self.app.app).call
        self._relay = relay_of(service, BUS)

    # --- a table of its own ------------------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[None]:
        """An AWS with the service's table."""
        with ground(self.service):
            yield

    def empty(self, refill: Sequence[dict[str, Any]] = ()) -> None:
        """Begin anew with these items, the stream too."""
        replace_table(self.service, *refill)

    # --- doors -------------------------------------------------------------------------------------------------------

    def hear(self, *events: EventData | dict[str, Any], version: int = 1) -> None:
        """Deliver a batch to the inbox; every message must be handled."""
        assert self.deliver(*events, version=version) == []

    def deliver(self, *events: EventData | dict[str, Any], version: int = 1) -> list[dict[str, str]]:
        """Deliver a batch to the inbox, data as an event of their own at `version`; what failed."""
        batch = sqs_batch(*(as_event(event, version=version) for event in events))
        failures: list[dict[str, str]] = self.app.inbox(batch, LambdaContext())["batchItemFailures"]
        return failures

    def refuses(self, event: EventData | dict[str, Any]) -> bool:
        """Whether the inbox gives the message back."""
        return bool(self.deliver(event))

    def hear_and_crash(self, event: EventData | dict[str, Any]) -> None:
        """Deliver a message to a function that stops in between."""
        with suppress(Crash):
            self.deliver(event)

    def run(self, function: str, context: Any = None) -> dict[str, Any]:
        """Run a schedule's function once; what it answers."""
        answer: dict[str, Any] = getattr(self.app, function)(scheduled(), context or LambdaContext())
        return answer

    # --- what came of it ---------------------------------------------------------------------------------------------

    def told(self) -> list[Carried]:
        """Every event that the stream has carried so far, as the relay makes it."""
        return self._carried_by(record["dynamodb"]["NewImage"] for record in self.stream_records())

    def told_of(self, kind: type[EventData]) -> list[Any]:
        """Every event of a kind, read back under its model."""
        return [told.event for told in self.told() if told.kind is kind]

    def carried(self) -> list[Carried]:
        """The events that the table's items carry now, in no order."""
        return self._carried_by(self.items())

    def stream_records(self) -> list[dict[str, Any]]:
        """The stream's records as the relay gets them."""
        return [record for record in records_of(self.service) if is_carried(record)]

    def items(self) -> list[dict[str, Any]]:
        """Every item of the table, in DynamoDB's own form."""
        return items(self.service)

    def stored(self) -> str:
        """All items as one text, to look for what must not be there."""
        return json.dumps(self.items(), default=str)

    def _carried_by(self, images: Iterable[dict[str, Any]]) -> list[Carried]:
        entries = [entry for image in images for entry in self._relay.entries_of(image)]
        return [Carried(EVENTS[entry["DetailType"]], json.loads(entry["Detail"])["data"]) for entry in entries]
