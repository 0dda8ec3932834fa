"""The five services and everything between them, as it stands: tables, streams, bus, queues, mails, logs.

One process, one thread. Two invocations still meet: at a write, another one may run from its begin to its end
before the write goes on (`Fault.INTERLEAVE`), which is what two functions at once come to.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from botocore.client import BaseClient

from shared.events.catalogue import EVENTS
from shared.runtime.observability import metrics
from shared.services import SERVICES
from tests.harness import tokens
from tests.harness.aws import direct
from tests.harness.aws.carriage import Message, inside, receivers, taken
from tests.harness.aws.gateway import Answer
from tests.harness.aws.ground import ground, table_name
from tests.harness.aws.streams import is_carried
from tests.harness.aws.tables import take_records
from tests.harness.logs import captured_logs
from tests.simulation.aws import faults
from tests.simulation.aws.between import Queue, SentMail, Stream
from tests.simulation.aws.faults import Crash, Fault, Trouble
from tests.simulation.aws.instances import INSTANCES, Instance, ShortContext, instance
from tests.simulation.aws.universe import Universe, sealed

QUEUE_URL: Final = "https://sqs.test/"


_real_call: Final = BaseClient._make_api_call  # type: ignore[attr-defined]


@dataclass
class Frame:
    """An invocation that is running."""

    service: str
    number: int
    trouble: Trouble
    # What may run while it waits: the same again, or something else of its service.
    meanwhile: Callable[[], None] | None = None
    # The record of the message that it claimed last, in DynamoDB's form, until it hands over the mail.
    claim: Mapping[str, Any] | None = None


class World:
    """Make one with `open_world`."""

    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self.queues = {service: Queue() for service in SERVICES}
        self.streams = {service: Stream() for service in SERVICES}
        self.told: list[dict[str, Any]] = []
        self.mails: list[SentMail] = []
        self.violations: list[str] = []
        self.notes: list[str] = []
        self.calls: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        # What is no failure, and yet not as one would wish: twice, late, out of order, elsewhere.
        self.disorder: Counter[str] = Counter()
        self.logs = io.StringIO()
        # Events by id: what they said when first told, and those that a stored item promised to tell.
        self.said: dict[str, str] = {}
        self.promised: set[str] = set()
        # What watches each mail as it is handed to SES.
        self.on_mail: Callable[[SentMail], None] = lambda _: None
        self._frames: list[Frame] = []
        self._number = 0
        self._tokens: dict[str, str] = {}

    # --- doors -------------------------------------------------------------------------------------------------------

    def call(
        self,
        service: str,
        method: str,
        path: str,
        *,
        by: str | None,
        trouble: Trouble,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> Answer | None:
        """Call a service over HTTP as `by`; None when no answer came back."""
        sent = {**(headers or {}), **({"Authorization": self._token(by)} if by is not None else {})}

        def work(running: Instance) -> Answer:
            return running.gateway.call(method, path, body, headers=sent)

        answer: Answer | None = self.invoke(service, trouble, work, meanwhile)
        return None if trouble.loses_acknowledgement else answer

    def invoke(
        self,
        service: str,
        trouble: Trouble,
        work: Callable[[Instance], Any],
        meanwhile: Callable[[], None] | None = None,
    ) -> Any:
        """Run one function to its end, or to its crash: then None."""
        busy = {frame.number for frame in self._frames if frame.service == service}
        free = [number for number in range(INSTANCES) if number not in busy]
        frame = Frame(service, trouble.rng.choice(free[:2]), trouble, meanwhile)
        self.disorder["invocation of the other deployment"] += frame.number % 2
        with self._inside(frame):
            try:
                result = work(instance(service, frame.number))
            except Crash:
                return None
            else:
                trouble.seen += [f"{Fault.NO_ACK} handler"] * trouble.loses_acknowledgement
                return result
            finally:
                self.notes += trouble.seen
                self.faults.update(seen.rpartition(" ")[0] for seen in trouble.seen)
                trouble.seen.clear()

    def send(self, envelope: Mapping[str, Any]) -> None:
        """Put an event on the bus: to the queues whose rules match it."""
        self.told.append(dict(envelope))
        body = json.dumps(envelope)
        for service in receivers(envelope):
            self.enqueue(service, body)

    def enqueue(self, service: str, body: str) -> None:
        """A new message, under a new id."""
        self.queues[service].waiting.append(Message(f"m-{self.next_number()}", body))

    def context(self, looks: int | None = None) -> ShortContext:
        """A Lambda context with an id of the seed's."""
        return ShortContext(aws_request_id=f"request-{self.next_number()}", looks=looks)

    def next_number(self) -> int:
        """A number that nothing else has."""
        self._number += 1
        return self._number

    @property
    def depth(self) -> int:
        """How many invocations run, one inside the other."""
        return len(self._frames)

    # --- what services ask of AWS ------------------------------------------------------------------------------------

    def answer(self, client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
        """Stand at the botocore seam: every AWS call of the services comes through here."""
        if not self._frames or client.meta.service_model.service_name == "secretsmanager":
            return _real_call(client, operation, params)
        frame = self._frames[-1]
        self.calls[operation] += 1
        fault = frame.trouble.strike(operation)
        faults.refuse(fault, operation, params)
        match fault:
            case Fault.INTERLEAVE if frame.meanwhile and self.depth < INSTANCES:
                frame.meanwhile()
            case Fault.NO_ANSWER if operation == "TransactWriteItems":
                pass  # botocore's second try carries the same token, and DynamoDB knows it
            case Fault.NO_ANSWER:
                self._perform(client, operation, params, frame)
                if operation == "SendEmail":
                    raise faults.no_answer()
            case Fault.SHORT_PAGE:
                params = {**params, "Limit": 1}
            case Fault.LEAVE_UNDONE:
                params, undone = faults.in_part(params)
                return {**self._perform(client, operation, params, frame), "UnprocessedItems": undone}
        answer = self._perform(client, operation, params, frame, refuse=fault is Fault.REFUSE_ENTRIES)
        if fault is Fault.CRASH_AFTER:
            raise Crash
        return answer

    def _perform(
        self, client: BaseClient, operation: str, params: dict[str, Any], frame: Frame, *, refuse: bool = False
    ) -> Any:
        queue, now = self.queues[frame.service], self.universe.moment.timestamp()
        match operation:
            case "PutEvents":
                return self._put_events(params["Entries"], frame.trouble if refuse else None)
            case "SendEmail":
                return self._send_mail(params, frame)
            case "ReceiveMessage" | "DeleteMessage" | "ChangeMessageVisibility" | "GetQueueAttributes":
                return queue.answer(operation, params, now)
            case "PutItem" if params["Item"].get("status") == {"S": "sending"}:
                frame.claim = params["Item"]
        return direct.call(operation, params, lambda: _real_call(client, operation, params))

    def _put_events(self, entries: list[dict[str, Any]], trouble: Trouble | None) -> dict[str, Any]:
        results: list[dict[str, str]] = []
        for entry in entries:
            if trouble and trouble.rng.random() < 0.5:
                results.append({"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"})
                continue
            self._tell(entry)
            results.append({"EventId": f"eb-{self.next_number()}"})
        refused = sum("ErrorCode" in result for result in results)
        return {"FailedEntryCount": refused, "Entries": results}

    def _tell(self, entry: Mapping[str, Any]) -> None:
        detail = json.loads(entry["Detail"])
        event_id = detail["metadata"]["event_id"]
        said = json.dumps([entry["DetailType"], detail], sort_keys=True)
        if self.said.setdefault(event_id, said) != said:
            self.violations.append(f"{entry['DetailType']} {event_id} was told twice with different contents")
        EVENTS[entry["DetailType"]].model_validate(detail["data"])
        self.notes.append(f"{entry['DetailType']} {event_id}")
        self.send(taken(entry, f"eb-{self.next_number()}"))

    def _send_mail(self, params: Mapping[str, Any], frame: Frame) -> dict[str, str]:
        claim, frame.claim = frame.claim, None
        if claim is None:
            self.violations.append("a mail goes out that nobody claimed")
        else:
            mail = SentMail.of(params, claim)
            self.on_mail(mail)
            self.mails.append(mail)
        return {"MessageId": f"ses-{len(self.mails)}"}

    @contextmanager
    def _inside(self, frame: Frame) -> Iterator[None]:
        self._frames.append(frame)
        try:
            with inside(f"{QUEUE_URL}{frame.service}"):
                yield
        finally:
            self._frames.pop()
            if not self._frames:
                self._take_records()
                metrics.clear_metrics()  # they are switched off, and would be printed once there are a hundred

    def _take_records(self) -> None:
        for service in SERVICES:
            for record in take_records(table_name(service)):
                if is_carried(record):
                    self.streams[service].pending.append(record)
                    told = record["dynamodb"]["NewImage"]["events"]["L"]
                    self.promised.update(event["M"]["id"]["S"] for event in told)

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            self._tokens[who] = tokens.bearer(who)["Authorization"]
        return self._tokens[who]


@contextmanager
def open_world(seed: str) -> Iterator[World]:
    """A world at its beginning: empty tables, nobody there. `tokens.install_issuers` must have been called."""
    world = World(Universe(seed))
    with ground(), captured_logs() as logs, sealed(world.universe):
        world.logs = logs

        def answer(client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
            return world.answer(client, operation, params)

        BaseClient._make_api_call = answer  # type: ignore[attr-defined]
        try:
            yield world
        finally:
            BaseClient._make_api_call = _real_call  # type: ignore[attr-defined]
