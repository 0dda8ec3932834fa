"""What segments promises to those around it: the bus, the template, the catalogue."""

from __future__ import annotations

from typing import Any

import pytest

from shared.runtime.aws import client
from tests.harness.aws.context import LambdaContext
from tests.integration.segments.stage import ADA, erasure, hear, ordered, registered, stage


def test_the_relay_tells_the_house_what_the_stream_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []

    def take(**call: Any) -> dict[str, Any]:
        told.extend(call["Entries"])
        return {"FailedEntryCount": 0, "Entries": [{} for _ in call["Entries"]]}

    hear(registered(), ordered(), erasure())
    monkeypatch.setattr(client("events"), "put_events", take)
    records = [{**record, "eventSourceARN": "arn"} for record in stage.stream_records()]
    assert stage.app.relay({"Records": records}, LambdaContext()) == {"batchItemFailures": []}
    assert [entry["DetailType"] for entry in told] == ["SegmentEntered", "ErasureAnswered"]
    assert {entry["Source"] for entry in told} == {"regulars.segments"}
    assert {entry["EventBusName"] for entry in told} == {"regulars-test"}
    assert all(ADA in entry["Detail"] and '"correlation_id":"test"' in entry["Detail"] for entry in told)
