from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra.apps import load_app
from infra.docs import documents as docs
from shared.events.catalogue import EVENTS
from shared.http.openapi import openapi
from tests.unit.shared.http.shop import make_app


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi("shop", make_app()[1].all)


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(_references(value) for value in part.values()))
    if isinstance(part, list):
        return set[str]().union(*(_references(value) for value in part))
    return set()


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert _references(document) == {f"#/components/schemas/{name}" for name in schemas}


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                Draft202012Validator.check_schema(parameter["schema"])


def test_operations_are_named_once(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)) == 12


def test_an_operation_says_who_may_and_what_can_go_wrong(document: dict[str, Any]) -> None:
    operation = document["paths"]["/api/customers/{customer_id}/points"]["post"]
    assert operation["x-roles"] == ["admin", "support"]
    assert operation["security"] == [{"token": []}]
    assert [(each["name"], each["required"]) for each in operation["parameters"]] == [
        ("customer_id", True),
        ("Idempotency-Key", True),
    ]
    statuses = {"201", "400", "401", "403", "404", "409", "410", "413", "415", "422", "503", "default"}
    assert set(operation["responses"]) == statuses
    slugs = ("conflict", "lost-race", "too-poor")
    assert operation["responses"]["409"]["x-problems"] == [f"/problems/{slug}" for slug in slugs]
    assert "security" not in document["paths"]["/unsubscribe/{token}"]["get"]


def test_what_is_no_json_names_its_type(document: dict[str, Any]) -> None:
    assert list(document["paths"]["/api/square"]["get"]["responses"]["200"]["content"]) == ["image/svg+xml"]
    page = document["paths"]["/unsubscribe/{token}"]["get"]["responses"]
    assert [list(page[status]["content"]) for status in ("200", "404")] == [["text/html"], ["text/html"]]
    assert "422" not in page


def test_headers_say_how_they_are_written(document: dict[str, Any]) -> None:
    headers = {
        parameter["name"]: parameter["schema"]["pattern"]
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation["parameters"]
        if parameter["in"] == "header"
    }
    assert re.fullmatch(headers["If-Match"], 'W/"12"')
    assert not re.fullmatch(headers["If-Match"], "12")
    assert re.fullmatch(headers["Idempotency-Key"], "order-7")
    assert not re.fullmatch(headers["Idempotency-Key"], "order 7")


def test_a_decimal_says_how_it_is_written_as_text() -> None:
    loyalty = openapi("loyalty", load_app("loyalty").functions.endpoints.all)
    number, text = loyalty["components"]["schemas"]["Multiplier-Input"]["properties"]["factor"]["anyOf"]
    assert number["type"] == "number"
    assert re.fullmatch(text["pattern"], "1.5")
    assert not any(re.fullmatch(text["pattern"], wrong) for wrong in ("1_0", "1e3", "NaN", ".5", ""))


def test_a_query_is_spread_into_parameters(document: dict[str, Any]) -> None:
    parameters = {each["name"]: each for each in document["paths"]["/api/customers"]["get"]["parameters"]}
    assert set(parameters) == {"limit", "cursor", "colour", "tag"}
    assert parameters["colour"]["schema"]["anyOf"][0]["enum"] == ["red", "blue"]
    assert "AccountQuery" not in document["components"]["schemas"]


def test_examples_and_docstrings_are_kept(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["NewAccount"]["examples"] == [{"name": "Ada"}]
    operation = document["paths"]["/api/customers"]["post"]
    assert operation["summary"] == "Create an account"
    assert operation["description"].startswith("Its points are zero.")
    json.dumps(document)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_has_a_valid_schema(name: str) -> None:
    Draft202012Validator.check_schema(docs.event_schema(EVENTS[name]))


def test_references_in_an_events_schema_lead_somewhere() -> None:
    for event in EVENTS.values():
        schema = docs.event_schema(event)
        names = {reference.rpartition("/")[2] for reference in _references(schema)}
        assert names <= set(schema.get("$defs", {}))
