"""What the service says of itself in several places agrees."""

from __future__ import annotations

import json
from typing import Any

from notifications.events import HEARS, TELLS
from notifications.settings import NotificationsSettings
from shared.events.catalogue import EVENTS
from tests.harness.context import LambdaContext
from tests.harness.ground import ROOT, resources
from tests.integration.notifications.stage import app, consent, hear, registered, stream_records


def test_it_tells_everything_that_the_catalogue_says_it_tells() -> None:
    assert set(TELLS) == {event for event in EVENTS.values() if "notifications" in event.told_by}


def test_its_rules_ask_for_exactly_what_it_hears_from_those_who_tell_it() -> None:
    asked = {
        (source, name) for pattern in _patterns() for source in pattern["source"] for name in pattern["detail-type"]
    }
    assert asked == {(f"regulars.{teller}", event.__name__) for event in HEARS for teller in event.told_by}


def test_its_access_table_names_no_route_that_does_not_exist() -> None:
    app.endpoint.check_access()


def test_its_template_sets_every_setting() -> None:
    own = set(resources("notifications")["Globals"]["Function"]["Environment"]["Variables"])
    everyones = {"STAGE", "BUS_NAME"}
    assert own | everyones == {name.upper() for name in NotificationsSettings.model_fields}


def test_its_relay_publishes_what_the_table_carries() -> None:
    hear(registered(consent()))
    assert len(stream_records()) == 1
    assert app.relay({"Records": stream_records()}, LambdaContext()) == {"batchItemFailures": []}


def test_each_function_has_a_policy_of_its_own_without_wildcards_in_its_actions() -> None:
    folder = ROOT / "services" / "notifications" / ".chalice"
    functions = json.loads((folder / "config.json").read_text())["stages"]["regulars"]["lambda_functions"]
    policies = [function["iam_policy_file"] for function in functions.values()]
    assert len(set(policies)) == len(policies)
    for policy in policies:
        statements = json.loads((folder / policy).read_text())["Statement"]
        assert not any("*" in action for statement in statements for action in statement["Action"])


def _patterns() -> list[dict[str, Any]]:
    found = resources("notifications")["Resources"].values()
    return [part["Properties"]["EventPattern"] for part in found if part["Type"] == "AWS::Events::Rule"]
