"""The inbox hands events to their handlers, and a bad one fails alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from shared import ids
from shared.events.base import EventData
from shared.events.customers import CustomerRegistered
from shared.events.foreign import Order, OrderPlaced
from shared.events.segments import SegmentEntered
from shared.messages import inbox
from shared.messages.cause import Cause
from shared.messages.inbox import Find, Heard, read_event, receive
from tests.harness.heard import envelope, foreign_event, house_event, sqs_batch
from tests.harness.logs import captured_logs

ENTERED = SegmentEntered(customer_id=ids.new_customer_id(), segment_id="new")


def hearing(kind: type[EventData], handle: Callable[[Heard[Any]], None]) -> Find:
    """Finds this one listener."""
    return {kind.__name__: (kind, handle)}.get


def test_an_event_of_the_house_comes_with_its_version_and_becomes_a_cause() -> None:
    heard = read_event(house_event(ENTERED, version=7, event_id="evt_1"), SegmentEntered)
    assert heard.data == ENTERED
    assert (heard.id, heard.version, heard.source) == ("evt_1", 7, "regulars.segments")
    assert heard.cause == Cause("service:test", "test", "evt_1")
    assert abs((datetime.now(UTC) - heard.occurred_at).total_seconds()) < 60


def test_a_foreign_event_is_its_own_detail() -> None:
    order = Order(id="1", placed_at=datetime(2026, 1, 1, tzinfo=UTC), currency="USD", total=100)
    event = foreign_event(OrderPlaced(order=order)) | {"id": "eb-1", "time": "2026-02-03T04:05:06Z"}
    heard = read_event(event, OrderPlaced)
    assert heard.data.order == order
    assert (heard.id, heard.source, heard.version) == ("eb-1", "orders", 0)
    assert heard.cause == Cause("machine:orders", "eb-1", "eb-1")
    assert heard.occurred_at == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def test_unknown_fields_are_ignored() -> None:
    event = house_event(ENTERED)
    event["detail"]["data"]["colour"] = "blue"
    event["detail"]["metadata"]["colour"] = "blue"
    assert read_event(event, SegmentEntered).data == ENTERED


def test_each_message_of_a_batch_fails_alone() -> None:
    handled: list[str] = []

    def handle(heard: Heard[SegmentEntered]) -> None:
        if heard.data.segment_id == "bad":
            raise RuntimeError("someone@example.com")
        handled.append(heard.data.segment_id)

    batch = sqs_batch(
        house_event(ENTERED),
        house_event(ENTERED.model_copy(update={"segment_id": "bad"})),
        envelope("regulars.segments", "SegmentEntered", {"metadata": {}, "data": {"customer_id": "ada@example.com"}}),
        house_event(ENTERED),
    )
    batch["Records"].append({**batch["Records"][0], "messageId": "not-json", "body": "{ada@example.com"})
    with captured_logs() as logs:
        failures = receive(batch, hearing(SegmentEntered, handle))["batchItemFailures"]
    assert [one["itemIdentifier"] for one in failures] == [
        batch["Records"][1]["messageId"],
        batch["Records"][2]["messageId"],
        "not-json",
    ]
    assert handled == ["new", "new"]
    assert "example.com" not in logs.getvalue()
    assert "not-json" in logs.getvalue()


def test_a_failure_is_logged_under_the_message_and_the_event(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[str, int]] = []
    monkeypatch.setattr(inbox, "count", lambda name, value: counted.append((name, value)))

    def fail(heard: Heard[SegmentEntered]) -> None:
        raise RuntimeError

    event = house_event(ENTERED)
    batch = sqs_batch(event, envelope("regulars.segments", "SegmentLeft", {}))
    with captured_logs() as logs:
        receive(batch, hearing(SegmentEntered, fail))
    failed, unknown = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert (failed["message"], failed["level"]) == ("event failed", "ERROR")
    assert (failed["message_id"], failed["event_bridge_id"]) == (batch["Records"][0]["messageId"], event["id"])
    assert (failed["detail_type"], failed["error"]) == ("SegmentEntered", "RuntimeError")
    assert (unknown["message"], unknown["detail_type"]) == ("event not for us", "SegmentLeft")
    assert unknown["message_id"] == batch["Records"][1]["messageId"]
    assert counted == [("EventsHandled", 1)]


def test_an_event_that_nobody_handles_is_acknowledged() -> None:
    assert receive(sqs_batch(house_event(ENTERED)), lambda _: None) == {"batchItemFailures": []}


def test_a_refused_event_is_logged_by_field_and_not_by_value() -> None:
    detail: dict[str, Any] = {
        "metadata": house_event(ENTERED)["detail"]["metadata"],
        "data": {"customer_id": "ada@x.y"},
    }
    batch = sqs_batch(envelope("regulars.customers", "CustomerRegistered", detail))
    with captured_logs() as logs:
        assert receive(batch, hearing(CustomerRegistered, lambda _: None))["batchItemFailures"]
    [line] = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert "customer_id" in line["fields"]
    assert line["message_id"] == batch["Records"][0]["messageId"]
    assert "ada@x.y" not in logs.getvalue()


def test_what_a_slow_message_leaves_no_time_for_comes_again_untouched() -> None:
    handled: list[str] = []

    class Context:
        left = 30_000

        def get_remaining_time_in_millis(self) -> int:
            return self.left

    def handle(heard: Heard[SegmentEntered]) -> None:
        handled.append(heard.id)
        Context.left -= 10_000

    batch = sqs_batch(*(house_event(ENTERED, event_id=f"evt_{n}") for n in range(4)))
    failures = receive(batch, hearing(SegmentEntered, handle), Context())["batchItemFailures"]
    assert handled == ["evt_0", "evt_1"]
    assert [one["itemIdentifier"] for one in failures] == [record["messageId"] for record in batch["Records"][2:]]


def test_a_field_inside_another_is_logged_by_its_path() -> None:
    order = Order(id="1", placed_at=datetime(2026, 1, 1, tzinfo=UTC), currency="USD", total=100)
    event = foreign_event(OrderPlaced(order=order))
    event["detail"]["order"]["total"] = "ada"
    with captured_logs() as logs:
        receive(sqs_batch(event), hearing(OrderPlaced, lambda _: None))
    assert json.loads(logs.getvalue())["fields"] == ["order.total"]


def test_a_message_is_begun_only_with_more_time_than_one_may_need() -> None:
    class Context:
        def __init__(self, left: int) -> None:
            self.left = left

        def get_remaining_time_in_millis(self) -> int:
            return self.left

    batch = sqs_batch(house_event(ENTERED))
    again = [{"itemIdentifier": batch["Records"][0]["messageId"]}]
    assert receive(batch, lambda _: None, Context(15_000)) == {"batchItemFailures": again}
    assert receive(batch, lambda _: None, Context(15_001)) == {"batchItemFailures": []}
