"""What the service says of itself in several places agrees."""

from __future__ import annotations

import json
from typing import Any

from privacy.events import HEARS, TELLS
from privacy.requests.store import Request
from shared.events.catalogue import EVENTS
from tests.harness.context import LambdaContext
from tests.harness.ground import ROOT, resources
from tests.integration.privacy.stage import app, approve, enter, names_told, stream_records


def test_it_tells_everything_that_the_catalogue_says_it_tells() -> None:
    assert set(TELLS) == {event for event in EVENTS.values() if "privacy" in event.told_by}


def test_its_rules_ask_for_exactly_what_it_hears_from_those_who_tell_it() -> None:
    asked = {
        (source, name) for pattern in _patterns() for source in pattern["source"] for name in pattern["detail-type"]
    }
    assert asked == {(f"regulars.{teller}", event.__name__) for event in HEARS for teller in event.told_by}


def test_its_access_table_names_no_route_that_does_not_exist() -> None:
    app.endpoint.check_access()


def test_its_indexes_hold_what_is_read_from_them() -> None:
    in_template = {
        index["IndexName"]: set(index["Projection"]["NonKeyAttributes"])
        for index in resources("privacy")["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]
    }
    in_code = {
        index.Meta.index_name: set(index.Meta.projection.non_key_attributes)
        for index in (Request.requests_by_time, Request.requests_open)
    }
    assert in_template == in_code


def test_its_relay_publishes_what_the_table_carries() -> None:
    approve(enter())
    assert app.relay({"Records": stream_records()}, LambdaContext()) == {"batchItemFailures": []}
    assert names_told() == ["ErasureRequested"]


def test_each_function_has_a_policy_of_its_own() -> None:
    folder = ROOT / "services" / "privacy" / ".chalice"
    functions = json.loads((folder / "config.json").read_text())["stages"]["regulars"]["lambda_functions"]
    policies = [function["iam_policy_file"] for function in functions.values()]
    assert len(set(policies)) == len(policies)
    assert all((folder / policy).exists() for policy in policies)


def _patterns() -> list[dict[str, Any]]:
    found = resources("privacy")["Resources"].values()
    return [part["Properties"]["EventPattern"] for part in found if part["Type"] == "AWS::Events::Rule"]
