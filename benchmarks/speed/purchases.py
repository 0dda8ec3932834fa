"""Orders sent to a running stage, each timed from PutEvents until its points can be read."""

from __future__ import annotations

import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import TYPE_CHECKING, Any, Final

from benchmarks.speed.crowd import customer_id
from tests.harness import people
from tests.harness.orders import paid, placed

if TYPE_CHECKING:
    from infra.local.stage import LocalStage

# BatchGetItem's limit (DynamoDB quota) is above any number of senders here.
_LOOK_EVERY: Final = 0.02
_PATIENCE: Final = 60.0
_numbers = itertools.count(1)


class LostError(Exception):
    """An order's points did not show in time."""


@dataclass
class _Watch:
    """Looks for the entries of the orders that are waited for, all of them in one read."""

    stage: LocalStage
    waiting: dict[str, threading.Event] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def expect(self, order_id: str) -> threading.Event:
        with self.lock:
            return self.waiting.setdefault(order_id, threading.Event())

    def look(self) -> None:
        """Until it is over."""
        table = f"regulars-{self.stage.deployment.stage}-loyalty"
        dynamodb = _client(self.stage, "dynamodb")
        while not self.over.wait(_LOOK_EVERY):
            with self.lock:
                keys = [{"pk": {"S": f"ORDER#{name}"}, "sk": {"S": "EARN"}} for name in self.waiting]
            if keys:
                asked = {table: {"Keys": keys, "ProjectionExpression": "pk", "ConsistentRead": True}}
                for item in dynamodb.batch_get_item(RequestItems=asked)["Responses"][table]:
                    self._seen(item["pk"]["S"].removeprefix("ORDER#"))

    def _seen(self, order_id: str) -> None:
        with self.lock:
            self.waiting.pop(order_id).set()


def buy(stage: LocalStage, senders: int, customers: int, seconds: float) -> dict[str, float]:
    """Let `senders` send one order after the other, each waiting for its points, for so long.

    Orders a second, and milliseconds from PutEvents to points. Raises LostError.
    """
    watch = _Watch(stage)
    with ThreadPoolExecutor(senders + 1) as pool:
        looking = pool.submit(watch.look)
        began = time.monotonic()
        sending = [pool.submit(_send, watch, customers, began + seconds) for _ in range(senders)]
        try:
            taken = [one for each in sending for one in each.result()]
        finally:
            watch.over.set()
        elapsed = time.monotonic() - began
        looking.result()
    cuts = quantiles(taken, n=100, method="inclusive")
    found = {"orders": len(taken), "orders_a_second": len(taken) / elapsed}
    return found | {"p50_ms": cuts[49] * 1000, "p99_ms": cuts[98] * 1000}


def _send(watch: _Watch, customers: int, until: float) -> list[float]:
    bus = _client(watch.stage, "events")
    taken = []
    while time.monotonic() < until:
        number = next(_numbers)
        entries = _entries(watch.stage, number, customer_id(number * 7919 % customers))
        points = watch.expect(f"bench-{number}")
        began = time.monotonic()
        if bus.put_events(Entries=entries)["FailedEntryCount"]:
            raise LostError("the bus did not take an order")
        if not points.wait(_PATIENCE):
            raise LostError(f"no points for an order after {_PATIENCE:.0f} seconds")
        taken.append(time.monotonic() - began)
    return taken


def _entries(stage: LocalStage, number: int, buyer: str) -> list[Any]:
    """An order placed and paid, as an order system tells both at the checkout."""
    order = people.order(f"bench-{number}", people.buyer(number, buyer), datetime.now(UTC) - timedelta(minutes=5))
    told = (placed(order), paid(order))
    bus = f"regulars-{stage.deployment.stage}"
    return [
        {
            "EventBusName": bus,
            "Source": "orders",
            "DetailType": type(event).__name__,
            "Detail": json.dumps(event.model_dump(mode="json")),
        }
        for event in told
    ]


def _client(stage: LocalStage, service: str) -> Any:
    session: Any = stage.deployment.session
    return session.client(service, region_name=stage.deployment.region, endpoint_url=stage.cloud.endpoint)
