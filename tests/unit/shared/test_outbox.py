"""The relay tells what items carry, in calls that fit, and says what failed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pynamodb.attributes import DiscriminatorAttribute, UnicodeAttribute

from shared import ids
from shared.events.loyalty import PointsExpiring, TierChanged
from shared.events.segments import SegmentEntered
from shared.items.table import Item, TableMeta, Told
from shared.messages import outbox
from shared.messages.cause import Cause
from shared.messages.outbox import Relay
from tests.harness.logs import captured_logs

CUSTOMER = ids.new_customer_id()


class BoxItem(Item):
    class Meta(TableMeta):
        table_name = "box"

    kind = DiscriminatorAttribute()


class Box(BoxItem, discriminator="box"):
    segment = UnicodeAttribute(default="new")


def entered(item: Box, told: Told) -> SegmentEntered:
    if item.segment == "broken":
        raise ValueError("a builder that fails")
    return SegmentEntered(customer_id=CUSTOMER, segment_id=told.about or item.segment)


RELAY = Relay("segments", BoxItem, {"SegmentEntered": entered}, "regulars-test")


class Bus:
    """A bus that takes everything but the entries whose numbers it is told to refuse."""

    def __init__(self, *refused: int, down: bool = False) -> None:
        self.refused, self.down = refused, down
        self.calls: list[list[dict[str, Any]]] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  # AWS's spelling
        if self.down:
            raise ConnectionError
        self.calls.append(Entries)
        results = [{"ErrorCode": "ThrottlingException"} if n in self.refused else {} for n in range(len(Entries))]
        return {"FailedEntryCount": len(self.refused), "Entries": results}


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    return use(monkeypatch, Bus())


def use(monkeypatch: pytest.MonkeyPatch, bus: Bus) -> Bus:
    monkeypatch.setattr(outbox, "client", {"events": bus}.__getitem__)
    return bus


def record(number: int, *, about: str | None = None, segment: str = "new", events: int = 1) -> dict[str, Any]:
    box = Box("p", str(number), segment=segment, version=3)
    for _ in range(events):
        box.tell(SegmentEntered, Cause("staff:ada", "corr", "evt_9"), about=about)
    image = box.to_dynamodb_dict()
    return {
        "eventID": str(number),
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": str(number), "NewImage": image},
    }


def test_an_event_is_built_from_the_image_that_carried_it(bus: Bus) -> None:
    assert RELAY.publish({"Records": [record(1, about="gold")]}) == {"batchItemFailures": []}
    [[entry]] = bus.calls
    detail = json.loads(entry["Detail"])
    assert (entry["Source"], entry["DetailType"], entry["EventBusName"]) == (
        "regulars.segments",
        "SegmentEntered",
        "regulars-test",
    )
    assert set(entry) == {"EventBusName", "Source", "DetailType", "Time", "Detail"}
    assert '{"metadata":{"event_id":"evt_' in entry["Detail"]  # no spaces: what is told is paid by size
    assert '"version":3,' in entry["Detail"]
    assert detail["data"] == {"customer_id": CUSTOMER, "segment_id": "gold"}
    metadata = detail["metadata"]
    assert (metadata["version"], metadata["customer_id"], metadata["actor"]) == (3, CUSTOMER, "staff:ada")
    assert (metadata["correlation_id"], metadata["causation_id"]) == ("corr", "evt_9")
    assert datetime.fromisoformat(metadata["occurred_at"]) == entry["Time"]
    assert abs((datetime.now(UTC) - entry["Time"]).total_seconds()) < 60


def test_a_day_is_told_as_iso_8601_text() -> None:
    def expiring(item: Box, told: Told) -> PointsExpiring:
        return PointsExpiring(customer_id=CUSTOMER, points=5, on=date(2026, 2, 3), days=7)

    box = Box("p", "1")
    box.tell(PointsExpiring, Cause("staff:ada", "corr"))
    [entry] = replace(RELAY, builders={"PointsExpiring": expiring}).entries_of(box.to_dynamodb_dict())
    assert json.loads(entry["Detail"])["data"]["on"] == "2026-02-03"


def test_what_is_told_is_counted(monkeypatch: pytest.MonkeyPatch, bus: Bus) -> None:
    counted: list[tuple[str, int]] = []
    monkeypatch.setattr(outbox, "count", lambda name, value: counted.append((name, value)))
    RELAY.publish({"Records": [record(1, events=2), record(2)]})
    assert counted == [("EventsTold", 3)]


def test_an_entry_counts_with_its_names_in_utf8() -> None:
    entry: Any = {"Detail": "\u00e4" * 10, "DetailType": "x" * 5, "Source": "y" * 3}
    assert outbox._size_of(entry) == 28


def test_a_call_may_be_exactly_as_large_as_the_bus_takes() -> None:
    def entry(size: int) -> Any:
        return {"Detail": "x" * size, "DetailType": "", "Source": ""}

    def batches(*sizes: int) -> list[int]:
        return [len(batch) for batch in outbox.batches(sizes, entry)]

    half = 120 * 1024
    assert batches(half, half, 1) == [2, 1]
    assert batches(half, half + 1) == [1, 1]
    assert batches(half, half, half, half) == [2, 2]
    assert batches(300 * 1024, 1) == [1, 1]
    assert batches() == []


def test_a_version_that_an_item_has_not_yet_is_nought() -> None:
    box = Box("p", "1")
    box.tell(SegmentEntered, Cause("staff:ada", "corr"))
    [entry] = RELAY.entries_of(box.to_dynamodb_dict())
    assert json.loads(entry["Detail"])["metadata"]["version"] == 0


def test_why_something_is_not_told_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Bus(1))
    with captured_logs() as logs:
        RELAY.publish({"Records": [record(1), record(2), record(3, segment="broken")]})
        use(monkeypatch, Bus(down=True))
        RELAY.publish({"Records": [record(1)]})
    broken, refused, down = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert (broken["message"], broken["event_id"], broken["error"]) == ("record not told", "3", "ValueError")
    assert (refused["message"], refused["codes"]) == ("bus refused entries", ["ThrottlingException"])
    assert (down["message"], down["error"]) == ("bus not reached", "ConnectionError")


def test_an_answer_of_the_bus_that_does_not_fit_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    class Short(Bus):
        def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: ARG002, N803  # AWS's spelling
            return {"FailedEntryCount": 1, "Entries": []}

    use(monkeypatch, Short())
    with pytest.raises(ValueError, match="zip"):
        RELAY.publish({"Records": [record(1)]})


def test_a_record_delivered_again_tells_the_same_event(bus: Bus) -> None:
    one = record(1)
    RELAY.publish({"Records": [one]})
    RELAY.publish({"Records": [one]})
    assert bus.calls[0] == bus.calls[1]


def test_calls_hold_ten_entries_at_most(bus: Bus) -> None:
    RELAY.publish({"Records": [record(n, events=2) for n in range(1, 13)]})
    assert [len(call) for call in bus.calls] == [10, 10, 4]


def test_calls_stay_under_the_size_that_the_bus_takes(bus: Bus) -> None:
    RELAY.publish({"Records": [record(n, about="x" * 100_000) for n in range(1, 6)]})
    assert [len(call) for call in bus.calls] == [2, 2, 1]


def test_an_entry_that_the_bus_refuses_is_delivered_again_from_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Bus(4, 2))
    answer = RELAY.publish({"Records": [record(n) for n in range(9, 15)]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "11"}]}


def test_the_first_failure_is_the_lowest_number_and_not_the_first_text(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Bus(0, 1))
    assert RELAY.publish({"Records": [record(9), record(10)]})["batchItemFailures"] == [{"itemIdentifier": "9"}]


def test_when_the_bus_is_not_reached_everything_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Bus(down=True))
    assert RELAY.publish({"Records": [record(5), record(6)]})["batchItemFailures"] == [{"itemIdentifier": "5"}]


def test_a_record_that_cannot_be_told_does_not_keep_the_others_back(bus: Bus) -> None:
    answer = RELAY.publish({"Records": [record(1), record(2, segment="broken"), record(3)]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert [len(call) for call in bus.calls] == [2]


def test_a_deletion_and_an_item_without_events_tell_nothing(bus: Bus) -> None:
    silent = Box("p", "1", version=1).to_dynamodb_dict()
    records = [
        {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1"}},
        {"eventName": "MODIFY", "dynamodb": {"SequenceNumber": "2", "NewImage": silent}},
    ]
    assert RELAY.publish({"Records": records}) == {"batchItemFailures": []}
    assert bus.calls == []


def test_an_event_without_a_builder_is_a_failure_and_not_a_silence(bus: Bus) -> None:
    box = Box("p", "1", version=1)
    box.tell(TierChanged, Cause("staff:ada", "corr"))
    bad = {"eventName": "INSERT", "dynamodb": {"SequenceNumber": "1", "NewImage": box.to_dynamodb_dict()}}
    assert RELAY.publish({"Records": [bad]})["batchItemFailures"] == [{"itemIdentifier": "1"}]
