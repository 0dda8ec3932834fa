"""Sends random requests to every operation of the five documents, and says which answers were not promised."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok

from infra.apps import load_app
from shared.http.openapi import openapi
from shared.services import SERVICES
from tests.fuzz.judging import complaint
from tests.fuzz.requests import Sent, requests_to
from tests.fuzz.town import furnished, hold_of
from tests.harness import tokens
from tests.harness.house import House, open_house

# moto becomes slow with its tables. After so many requests they begin in a new house.
_CASES_A_HOUSE: Final = 500


class UnpromisedError(AssertionError):
    """An answer that the document does not promise."""


@dataclass
class Found:
    """How many answers had which status, and the requests whose answers were not promised."""

    statuses: Counter[int] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Town:
    """A house, and an id of each kind that exists in it."""

    house: House
    values: dict[str, str]


@dataclass(frozen=True)
class Target:
    """One operation of a document."""

    document: dict[str, Any]
    operation: Any

    @property
    def definition(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document["paths"][self.operation.path][self.operation.method]
        return found


def fuzz(cases: int, *, seed: int = 0) -> Found:
    """Send about so many requests, the same number to each operation. The same seed sends the same requests."""
    found, everything = Found(), list(targets())
    each = max(1, cases // len(everything))
    waiting = list(everything)
    while waiting:
        with _house() as (house, values):
            for _ in range(max(1, _CASES_A_HOUSE // each)):
                if waiting:
                    _knock_at(waiting.pop(0), Town(house, values), found, how=_settings(each), seed=seed)
            _check_what_was_told(house, found)
    return found


def targets() -> Iterator[Target]:
    """Every operation of the five documents."""
    for service in SERVICES:
        document = openapi(service, load_app(service).functions.endpoints.all)
        schema = schemathesis.openapi.from_dict(document)
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            yield Target(document, result.ok())


def _knock_at(target: Target, town: Town, found: Found, *, how: settings, seed: int) -> None:
    """Send requests to one operation. The first answer that is not promised ends them."""

    @hypothesis.seed(seed)
    @how
    @given(requests_to(target.operation, target.definition["x-roles"], town.values, _etag(target, town)))
    def knock(sent: Sent) -> None:
        answer = sent.to(town.house)
        found.statuses[answer.status] += 1
        if wrong := complaint(target.document, target.definition, answer):
            raise UnpromisedError(f"{wrong}\n{sent}\n{answer.status} {answer.text[:1_000]}")

    try:
        knock()
    except UnpromisedError as error:
        found.complaints.append(str(error))


def _settings(cases: int) -> settings:
    """Only new requests: shops change with each, so none is repeated or made smaller."""
    return settings(
        max_examples=cases,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
        report_multiple_bugs=False,
    )


def _etag(target: Target, town: Town) -> str | None:
    """The ETag of what the operation changes."""
    if not any(parameter["name"] == "If-Match" for parameter in target.definition["parameters"]):
        return None
    path = target.operation.path
    url = path.format(**{**town.values, "hold_id": hold_of(path, town.values)})
    return town.house.call("GET", url, by="admin").headers.get("ETag")


def _check_what_was_told(house: House, found: Found) -> None:
    """What was accepted is also understood by all who hear of it."""
    house.settle()
    if dead := house.all_dead():
        found.complaints.append(f"dead letters: {dead}")


@contextlib.contextmanager
def _house() -> Iterator[tuple[House, dict[str, str]]]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        tokens.install_issuers(monkeypatch)
        with open_house() as house:
            yield house, furnished(house)
