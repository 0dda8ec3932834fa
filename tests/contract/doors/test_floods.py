"""However many faults a request has, its answer is short."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.contract import Idempotency
from shared.http.endpoint import Endpoint
from tests.contract.doors import models
from tests.contract.doors.knocking import accepting, somebody, url_of
from tests.harness.house import House

WITH_BODY = [each for _, each in models.endpoints() if each.body is not None and each.body is not bytes]
WITH_QUERY = [each for _, each in models.endpoints() if each.query is not None]
LARGEST_ANSWER = 64 * 1024
MOST_ERRORS = 50
# The longest body is 256 KB: so many elements, or so many fields with a name of two or of 100 characters.
ELEMENTS = 87_000
NAMES = 20_000
LONG_NAMES = 500


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda each: each.key)
def test_a_body_full_of_faults_gets_a_short_answer(town: tuple[House, dict[str, str]], endpoint: Endpoint) -> None:
    house, values = town
    headers = {"If-Match": '"1"'} if endpoint.route.if_match else {}
    headers |= {"Idempotency-Key": "flood"} if endpoint.route.idempotency is not Idempotency.NONE else {}
    for body in _floods(endpoint):
        sent = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
        assert len(sent) <= endpoint.route.max_body
        answer = house.call(
            endpoint.route.method,
            url_of(endpoint, values),
            by=somebody(endpoint, values),
            body=sent,
            headers=headers | {"Content-Type": "application/json"},
        )
        assert answer.status == 422, answer.text[:500]
        assert len(answer.text.encode()) < LARGEST_ANSWER
        assert 1 <= len(answer.json["errors"]) <= MOST_ERRORS


@pytest.mark.parametrize("endpoint", WITH_QUERY, ids=lambda each: each.key)
def test_a_query_full_of_faults_gets_a_short_answer(town: tuple[House, dict[str, str]], endpoint: Endpoint) -> None:
    house, values = town
    query = "&".join(f"unknown{number}={number}" for number in range(500))
    url, by = f"{url_of(endpoint, values)}?{query}", somebody(endpoint, values)
    answer = house.call("GET", url, by=by, headers=accepting(endpoint))
    assert answer.status == 422
    assert len(answer.text.encode()) < LARGEST_ANSWER
    assert len(answer.json["errors"]) == MOST_ERRORS


def _floods(endpoint: Endpoint) -> list[Any]:
    """Unknown fields, and each list of the body with as many faults as it takes."""
    short = {f"{number:x}": 0 for number in range(NAMES)}
    long = {f"{number}{'😀' * 100}": 0 for number in range(LONG_NAMES)}
    lists = [
        slot.filled(0) for slot in models.slots([endpoint.body]) if slot.holder is list and slot.model is endpoint.body
    ]
    names = [name for name, field in endpoint.body.model_fields.items() if _holds_models(field.annotation)]
    full = [{name: [0] * ELEMENTS} for name in [*names, *(next(iter(each)) for each in lists)]]
    return [short, long, *full]


def _holds_models(annotation: Any) -> bool:
    return any(isinstance(kind, type) and hasattr(kind, "model_fields") for kind in models.kinds_in(annotation))
