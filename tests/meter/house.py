"""All five services on moto with a meter in: every function's run is a reading of what it used.

Batches hold one kind of event each, so that a reading is of one operation.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from random import Random
from typing import Any
from unittest import mock

from botocore.awsrequest import AWSResponse
from ulid import ULID

# A query of a base names the kinds that are known: its bytes would else depend on what has run before.
import loyalty.kinds  # noqa: F401
from shared import clock, ids
from shared.runtime.aws import client
from tests.harness.aws.carriage import QUEUE_BATCH, Message
from tests.harness.aws.gateway import Answer
from tests.harness.aws.ground import ground
from tests.harness.house import House, Weather
from tests.meter.bill import Bill, chunks
from tests.meter.dynamodb.seam import Seam
from tests.meter.scenario.day import Day


@dataclass(frozen=True)
class Reading:
    """What `number` times of an operation used in all, in one run of one function."""

    operation: str
    service: str
    number: int
    bill: Bill


@dataclass
class Block:
    """The readings of a stretch of time; `foreign` counts the events that the shop's systems put on the bus."""

    readings: list[Reading] = field(default_factory=list)
    foreign: int = 0

    def of(self, operation: str) -> Bill:
        """What one such operation used, on average."""
        found = [reading for reading in self.readings if reading.operation == operation]
        assert found, (operation, sorted({reading.operation for reading in self.readings}))
        return _sum(found).scaled(1 / sum(reading.number for reading in found))

    def services(self) -> dict[str, Bill]:
        """What each service used."""
        names = sorted({reading.service for reading in self.readings})
        return {name: _sum([reading for reading in self.readings if reading.service == name]) for name in names}


class MeteredHouse(House):
    """A house that measures. Make one with `open_metered_house()`."""

    def __init__(self, day: Day) -> None:
        super().__init__(Weather())
        self.day = day
        self.seam = Seam(lambda: self._bill)
        self._bill: Bill | None = None
        self._block: Block | None = None
        self._running: tuple[str, int] = ("", 0)
        self._told: Counter[str] = Counter()

    @contextmanager
    def measured(self) -> Iterator[Block]:
        """Collect what is used meanwhile. Outside of it nothing is."""
        self._block = Block()
        try:
            yield self._block
        finally:
            self._block = None

    def call(self, method: str, path: str, **more: Any) -> Answer:
        self._running = (self._route(method, path), 1)
        return super().call(method, path, **more)

    def run(self, service: str, function: str, *, rows: int = 1) -> None:
        """Run a schedule's function once; what it uses is shared by so many rows that are due."""
        self._running = (f"{service} runs {function}", rows)
        super().run(service, function)

    @contextmanager
    def as_function(self, service: str, operation: str, number: int) -> Iterator[None]:
        """Read what runs inside as an operation of its own: a part of what a function does."""
        self._running = (f"{service} {operation}", number)
        with self._inside(service):
            yield

    def carry_stream(self, service: str) -> int:
        self._running = ("", 0)
        return super().carry_stream(service)

    def carry_queue(self, service: str) -> int:
        taken, self.queues[service] = self.queues[service], []
        for _, alike in groupby(sorted(taken, key=_detail_type), key=_detail_type):
            messages = list(alike)
            for start in range(0, len(messages), QUEUE_BATCH):
                self._receive(service, messages[start : start + QUEUE_BATCH])
        return len(taken)

    def put_on_bus(self, envelope: dict[str, Any]) -> None:
        if self._bill is not None:
            self._bill.events += chunks(len(json.dumps(envelope["detail"]).encode()))
            self._told[envelope["detail-type"]] += 1
        elif self._block is not None:
            self._block.foreign += 1
        super().put_on_bus(envelope)

    def take_entries(self, params: Mapping[str, Any], **more: Any) -> tuple[AWSResponse, dict[str, Any]]:
        response, parsed = super().take_entries(params, **more)
        if self._bill is not None:
            self._bill.response_bytes += len(json.dumps(parsed))
        return response, parsed

    def _receive(self, service: str, batch: list[Message]) -> None:
        self._running = (f"{service} hears {_detail_type(batch[0])}", len(batch))
        super()._receive(service, batch)
        assert not any(message.receives for message in batch), self._running
        if self._block is not None:
            # The bus sends each; Lambda's poller receives and deletes them together.
            sizes = [len(message.body.encode()) for message in batch]
            requests = sum(map(chunks, sizes)) + chunks(sum(sizes)) + 1
            self._block.readings[-1].bill.queue_requests += requests

    @contextmanager
    def _inside(self, service: str) -> Iterator[None]:
        """One run of one function of the service."""
        with super()._inside(service):
            if self._block is None:
                yield
                return
            self._bill, self._told, self.seam.inside_ms = Bill(invocations=1), Counter(), 0.0
            started = time.process_time()
            try:
                yield
            finally:
                bill, self._bill = self._bill, None
                bill.cpu_ms = (time.process_time() - started) * 1000 - self.seam.inside_ms
                self._block.readings += self._read(service, bill)

    def _read(self, service: str, bill: Bill) -> Iterator[Reading]:
        operation, number = self._running
        if operation:
            bill.items = number
            bill.http_requests = int(" /" in operation)
            yield Reading(operation, service, number, bill)
            return
        # A relay's run is shared by what it told.
        bill.items = sum(self._told.values())
        for name, told in self._told.items():
            yield Reading(f"{service} tells {name}", service, told, bill.scaled(told / bill.items))

    def _route(self, method: str, path: str) -> str:
        asked = path.partition("?")[0]
        for service, module in self.apps.items():
            for route in (endpoint.route for endpoint in module.functions.endpoints.all):
                if route.method == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route.path), asked):
                    return f"{service} {route.key}"
        raise LookupError(path)


@contextmanager
def open_metered_house() -> Iterator[MeteredHouse]:
    """A metered house on an AWS of its own, where time, ids and shards are the same in each run."""
    day, randoms = Day(), dict[str, Random]()

    def new_id(prefix: str) -> str:
        # Ids that repeat, so that shards and sizes do. Each kind has its own: one event more moves no customer.
        random = randoms.setdefault(prefix, Random(prefix))  # noqa: S311
        moment = int(day.now().timestamp() * 1000)
        return f"{prefix}_{ULID.from_bytes(moment.to_bytes(6, 'big') + random.randbytes(10))}"

    repeatable = mock.patch.object(clock, "now", day.now), mock.patch.object(ids, "_new", new_id)
    with ground(), repeatable[0], repeatable[1]:
        house = MeteredHouse(day)
        bus = client("events").meta.events
        bus.register("before-call.eventbridge.PutEvents", house.take_entries, unique_id="house")  # type: ignore[arg-type]
        try:
            with house.seam.listening():
                yield house
        finally:
            bus.unregister("before-call.eventbridge.PutEvents", unique_id="house")


def _detail_type(message: Message) -> str:
    name: str = json.loads(message.body)["detail-type"]
    return name


def _sum(readings: list[Reading]) -> Bill:
    total = Bill()
    for reading in readings:
        total.add(reading.bill)
    return total
