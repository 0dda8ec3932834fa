"""No list of any service fails for a cursor that somebody made."""

from __future__ import annotations

import base64
import json

import pytest

from shared.http.cursors import Page, fingerprint
from shared.http.endpoint import Endpoint
from tests.contract.doors import models
from tests.contract.doors.knocking import path_of, somebody, url_of
from tests.harness.house import House

LISTS = [each for _, each in models.endpoints() if isinstance(each.returns, type) and issubclass(each.returns, Page)]
PAGED = [each for each in LISTS if each.query is not None]
# Positions that no list has, whatever its kind.
NEVER = (
    None,
    True,
    1.5,
    -1,
    10**16,
    10**400,
    "",
    "\ud800",
    "ORDER#\udfff#1",
    "x" * 1_001,
    "é" * 501,
    "a\x00b",
    [],
    {},
    {"before": 1},
    {"before": "VERSION#000002"},
    {"pk": {"S": "x"}},
)
# Positions that a list may have, if it is of their kind.
PERHAPS = (0, 1, 3, 10**15, "x", "~", "#", "VERSION#000001", "MESSAGE#", "cus_01JZ0000000000000000000000", "x" * 1_000)


@pytest.mark.parametrize("endpoint", PAGED, ids=lambda each: each.key)
def test_a_forged_cursor_is_refused_or_leads_to_a_page(town: tuple[House, dict[str, str]], endpoint: Endpoint) -> None:
    house, values = town
    assert endpoint.query is not None
    belongs_to = fingerprint(endpoint.key, path_of(endpoint, values), endpoint.query())

    def asked_with(position: object) -> int:
        text = json.dumps({"f": belongs_to, "p": position})
        cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        url = f"{url_of(endpoint, values)}?cursor={cursor}"
        return house.call("GET", url, by=somebody(endpoint, values)).status

    for position in NEVER:
        assert asked_with(position) == 422, position
    answers = {position: asked_with(position) for position in PERHAPS}
    assert set(answers.values()) <= {200, 422}
    assert 422 in {answers["x"], answers[1]}, "of two kinds, a list has one"


def test_every_list_of_the_contracts_is_asked() -> None:
    assert len(PAGED) >= 14
