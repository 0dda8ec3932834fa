"""What segments promises to those around it: the bus, the template, the catalogue."""

from __future__ import annotations

from typing import Any

import pytest

from infra.template import functions
from segments.events import HEARS, TELLS
from segments.features.items import FeatureRow
from shared.aws import client
from shared.events.catalogue import EVENTS
from tests.harness.context import LambdaContext
from tests.harness.ground import ROOT, resources
from tests.integration.segments.stage import ADA, app, erasure, hear, ordered, registered, stream_records


def test_it_tells_every_event_the_catalogue_says_it_tells() -> None:
    assert set(TELLS) == {kind for kind in EVENTS.values() if "segments" in kind.told_by}


def test_its_rules_list_exactly_what_it_hears() -> None:
    patterns = [
        part["Properties"]["EventPattern"]
        for part in resources("segments")["Resources"].values()
        if part["Type"] == "AWS::Events::Rule"
    ]
    listed = {(source, name) for pattern in patterns for source in pattern["source"] for name in pattern["detail-type"]}
    assert listed == {(f"regulars.{source}", kind.__name__) for kind in HEARS for source in kind.told_by}


def test_the_template_has_the_index_that_the_row_declares() -> None:
    [index] = resources("segments")["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]
    declared = FeatureRow.rows_due
    assert index["IndexName"] == declared.Meta.index_name
    assert index["Projection"]["NonKeyAttributes"] == ["kind"]
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["due_shard", "due_on"]


def test_chalice_knows_every_function_of_the_app() -> None:
    triggered = {source.name for source in app.app.event_sources}
    assert {"api_handler", *triggered} == set(functions(ROOT, "segments"))


def test_the_relay_tells_the_house_what_the_stream_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []

    def take(**call: Any) -> dict[str, Any]:
        told.extend(call["Entries"])
        return {"FailedEntryCount": 0, "Entries": [{} for _ in call["Entries"]]}

    hear(registered(), ordered(), erasure())
    monkeypatch.setattr(client("events"), "put_events", take)
    records = [{**record, "eventSourceARN": "arn"} for record in stream_records()]
    assert app.relay({"Records": records}, LambdaContext()) == {"batchItemFailures": []}
    assert [entry["DetailType"] for entry in told] == ["SegmentEntered", "ErasureAnswered"]
    assert {entry["Source"] for entry in told} == {"regulars.segments"}
    assert {entry["EventBusName"] for entry in told} == {"regulars-test"}
    assert all(ADA in entry["Detail"] and '"correlation_id":"test"' in entry["Detail"] for entry in told)
