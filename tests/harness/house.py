"""All five services in one process on moto, and what AWS would put between them: streams, bus, queues, schedules.

moto's own bus and event source mappings drop partial failures and lose streams, so the house carries everything to
the real handlers itself, in one thread, and can deliver twice, late and out of order on demand.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from botocore.awsrequest import AWSResponse
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT  # type: ignore[attr-defined]
from moto.sqs.models import sqs_backends

from infra.apps import load_app
from infra.generate.paths import service_for
from shared.events.base import EventData
from shared.runtime.aws import client
from shared.services import SERVICES
from tests.harness.aws.carriage import (
    QUEUE_BATCH,
    RECEIVES,
    STREAM_BATCH,
    Message,
    hand_to_inbox,
    hand_to_relay,
    inside,
    receivers,
    taken,
)
from tests.harness.aws.context import LambdaContext
from tests.harness.aws.gateway import Answer, Gateway
from tests.harness.aws.ground import aws_client, ground, items, table_name
from tests.harness.aws.streams import is_carried, records_of
from tests.harness.heard import foreign_event, scheduled

MOST_ROUNDS: Final = 200


class NotSettledError(AssertionError):
    """Work kept coming back: something is redelivered for ever or tells itself."""


@dataclass
class Weather:
    """How badly queues deliver: `copies` of each message, shuffled, each put off with the chance `late`."""

    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311  # a seeded test, not a secret
    copies: int = 1
    shuffled: bool = False
    late: float = 0.0


class House:
    """The five services and what is between them. Make one with `open_house()`."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.apps: dict[str, Any] = {name: load_app(name) for name in SERVICES}
        self.told: list[dict[str, Any]] = []
        self.queues: dict[str, list[Message]] = {name: [] for name in SERVICES}
        self._gateways = {name: Gateway(module.app) for name, module in self.apps.items()}
        self._read_up_to: dict[str, str | None] = dict.fromkeys(SERVICES)
        self._numbers = itertools.count(1)
        self._dead_urls = {name: _make_dead_letter_queue(name) for name in SERVICES}

    # --- doors ---------------------------------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        *,
        by: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call the platform over HTTP as `by`: a role's name, a customer's id, or None without a token."""
        service = service_for(path.partition("?")[0])
        assert service, f"nobody answers {path}"
        with self._inside(service):
            return self._gateways[service].call(method, path, body, by=by, headers=headers)

    def send(self, *events: EventData) -> None:
        """Put foreign events on the bus, as the shop's order system does."""
        for event in events:
            self.put_on_bus(foreign_event(event))

    def put_on_bus(self, envelope: dict[str, Any]) -> None:
        """Route one EventBridge event to the queues whose rules match it."""
        self.told.append(envelope)
        for service in receivers(envelope):
            self.queues[service].append(Message(f"m-{next(self._numbers)}", json.dumps(envelope)))

    def run(self, service: str, function: str) -> None:
        """Run a schedule's function once."""
        with self._inside(service):
            getattr(self.apps[service], function)(scheduled(), LambdaContext())

    # --- what lies between ---------------------------------------------------------------------------------------

    def settle(self) -> int:
        """Carry streams and queues until nothing moves any more; how many rounds it took."""
        for rounds in range(MOST_ROUNDS):
            if not self.step():
                return rounds
        waiting = {service: len(queue) for service, queue in self.queues.items() if queue}
        raise NotSettledError(waiting)

    def step(self) -> bool:
        """One round: every stream and every queue once. False when there was nothing to do."""
        streams = [self.carry_stream(service) for service in SERVICES]
        queues = [self.carry_queue(service) for service in SERVICES]
        return any(streams) or any(queues) or any(self.queues.values())

    def carry_stream(self, service: str) -> int:
        """Hand new records of a table's stream to the relay; how many it was handed."""
        records = records_of(service, after=self._read_up_to[service])
        carried = [record for record in records if is_carried(record)]
        for start in range(0, len(carried), STREAM_BATCH):
            batch = carried[start : start + STREAM_BATCH]
            with self._inside(service):
                again = hand_to_relay(self.apps[service].relay, batch, LambdaContext())
            if again:
                # What comes before the first that failed counts as read.
                self._read_up_to[service] = str(int(again[0]["dynamodb"]["SequenceNumber"]) - 1)
                return len(carried)
        if records:
            self._read_up_to[service] = records[-1]["dynamodb"]["SequenceNumber"]
        return len(carried)

    def carry_queue(self, service: str) -> int:
        """Hand what waits in a queue to its inbox; how many messages it was handed."""
        taken, self.queues[service] = self._sorted_by_weather(self.queues[service])
        for start in range(0, len(taken), QUEUE_BATCH):
            self._receive(service, taken[start : start + QUEUE_BATCH])
        return len(taken)

    def dead(self, service: str) -> list[dict[str, Any]]:
        """The events in a service's dead-letter queue, those that somebody has in hand among them."""
        queue = sqs_backends[ACCOUNT]["us-east-1"].queues[f"{table_name(service)}-dead"]
        return [json.loads(message.body) for message in queue._messages]

    def all_dead(self) -> dict[str, int]:
        """How many dead letters each service has; empty when there are none."""
        return {service: len(letters) for service in SERVICES if (letters := self.dead(service))}

    def names_told(self) -> list[str]:
        """The detail-types on the bus so far, in order."""
        return [envelope["detail-type"] for envelope in self.told]

    def everything_stored(self) -> str:
        """All items of all tables and all waiting messages as one text, to look for what must not be there."""
        tables = {service: items(service) for service in SERVICES}
        waiting = {service: [message.body for message in queue] for service, queue in self.queues.items()}
        return json.dumps([tables, waiting, {service: self.dead(service) for service in SERVICES}], default=str)

    def _receive(self, service: str, batch: list[Message]) -> None:
        with self._inside(service):
            failed = hand_to_inbox(self.apps[service].inbox, batch, LambdaContext())
        for message in batch:
            if message.id in failed:
                self._return(service, message)

    def _return(self, service: str, message: Message) -> None:
        message.receives += 1
        if message.receives >= RECEIVES:
            aws_client("sqs").send_message(QueueUrl=self._dead_urls[service], MessageBody=message.body)
        else:
            self.queues[service].append(message)

    def _sorted_by_weather(self, queue: list[Message]) -> tuple[list[Message], list[Message]]:
        now: list[Message] = []
        later: list[Message] = []
        for message in queue:
            (later if self.weather.random.random() < self.weather.late else now).append(message)
        # A copy comes in the round after, too: with the same message id, as SQS does, or a redrive's new one.
        for message in now:
            if message.receives == 0 and not message.id.endswith("*"):
                later += [Message(f"{message.id}{n}*", message.body) for n in range(self.weather.copies - 1)]
        if self.weather.shuffled:
            self.weather.random.shuffle(now)
        return now, later

    @contextmanager
    def _inside(self, service: str) -> Iterator[None]:
        """Run as a function of the service: with its environment, and with the bus of the house."""
        with inside(self._dead_urls[service]):
            yield

    def take_entries(self, params: Mapping[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        """Stand in for PutEvents, at the botocore seam."""
        entries = json.loads(params["body"])["Entries"]
        for entry in entries:
            self.put_on_bus(taken(entry, f"{next(self._numbers):036d}"))
        accepted = [{"EventId": f"{next(self._numbers):036d}"} for _ in entries]
        response = AWSResponse(params["url"], 200, {}, None)  # type: ignore[arg-type]
        return response, {"FailedEntryCount": 0, "Entries": accepted, "ResponseMetadata": {"HTTPStatusCode": 200}}


@contextmanager
def open_house(weather: Weather | None = None) -> Iterator[House]:
    """A house on an AWS of its own."""
    with ground():
        house = House(weather or Weather())
        bus = client("events").meta.events
        bus.register("before-call.eventbridge.PutEvents", house.take_entries, unique_id="house")  # type: ignore[arg-type]
        try:
            yield house
        finally:
            bus.unregister("before-call.eventbridge.PutEvents", unique_id="house")


def _make_dead_letter_queue(service: str) -> str:
    url: str = aws_client("sqs").create_queue(QueueName=f"{table_name(service)}-dead")["QueueUrl"]
    return url
