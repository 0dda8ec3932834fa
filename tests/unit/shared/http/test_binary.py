"""Answers that are bytes: API Gateway knows their type, and requests have to accept it."""

from __future__ import annotations

from typing import Any, Final

import pytest
from chalice import Chalice

from shared.contract import ContractError, Route
from shared.http import Endpoints, Pkpass, Request
from shared.http.endpoint import Endpoint
from shared.http.openapi import openapi
from shared.roles import Role
from tests.harness.aws.gateway import Answer, Gateway

PKPASS: Final = "application/vnd.apple.pkpass"
ANYONE: Final = frozenset({Role.PUBLIC})
# No text in any encoding that anybody would guess.
CONTENT: Final = bytes(range(256))


def route(binary: str | None = PKPASS) -> Route:
    return Route("GET", "/api/bytes", "read_bytes", ANYONE, binary=binary, problems=("not-acceptable",))


def read_bytes(request: Request) -> Pkpass:
    return Pkpass(CONTENT)


def read_text(request: Request) -> dict[str, str]:
    return {}


def made() -> tuple[Chalice, Endpoints]:
    app = Chalice(app_name="shop")
    endpoints = Endpoints(app)
    endpoints.add(route(), ANYONE, lambda: read_bytes)
    return app, endpoints


def ask(accept: str | None) -> Answer:
    return Gateway(made()[0]).call("GET", "/api/bytes", headers={"Accept": accept} if accept else {})


def test_bytes_arrive_as_they_are() -> None:
    answer = ask(PKPASS)
    assert (answer.status, answer.content, answer.headers["Content-Type"]) == (200, CONTENT, PKPASS)


@pytest.mark.parametrize("accept", [None, "*/*", f"*/*, {PKPASS}", "application/octet-stream"])
def test_whoever_would_get_base64_is_told_what_to_send(accept: str | None) -> None:
    answer = ask(accept)
    assert (answer.status, answer.json["type"], answer.json["media_type"]) == (406, "/problems/not-acceptable", PKPASS)


def test_the_gateway_is_told_the_type() -> None:
    assert PKPASS in made()[0].api.binary_types
    assert PKPASS not in Chalice(app_name="another").api.binary_types


@pytest.mark.parametrize(("binary", "handler"), [(None, read_bytes), ("image/png", read_bytes), (PKPASS, read_text)])
def test_a_route_names_the_type_that_its_handler_answers(binary: str | None, handler: Any) -> None:
    with pytest.raises(ContractError, match="another media type"):
        Endpoint.of(route(binary), ANYONE, handler)


def test_the_document_names_the_type_and_its_refusal() -> None:
    responses = openapi("shop", made()[1].all)["paths"]["/api/bytes"]["get"]["responses"]
    assert responses["200"]["content"] == {PKPASS: {}}
    assert responses["406"]["x-problems"] == ["/problems/not-acceptable"]
