"""Requests to one operation: what the document allows, what it does not, and who sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet

from shared import ids
from shared.roles import STAFF_GROUPS, Role
from tests.fuzz.town import hold_of
from tests.harness.aws.gateway import Answer
from tests.harness.house import House

STRANGER: Final = ids.new_customer_id()
_JSON: Final = "application/json"
# A range of integers would be drawn at its ends more often.
_ONCE_IN_FOUR: Final = st.sampled_from([False, False, False, True])
_ONCE_IN_TEN: Final = st.sampled_from([False] * 9 + [True])
# Headers of the transport, which no caller chooses here.
_TRANSPORT: Final = frozenset({"authorization", "host", "content-length", "transfer-encoding"})


@dataclass(frozen=True)
class Sent:
    """One request as it is sent."""

    method: str
    path: str
    by: str | None
    body: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)

    def to(self, house: House) -> Answer:
        return house.call(self.method, self.path, by=self.by, body=self.body, headers=self.headers)

    def __str__(self) -> str:
        return f"{self.method} {self.path} by {self.by}\n{dict(self.headers)}\n{(self.body or b'')[:2_000]!r}"


def requests_to(operation: Any, roles: list[str], values: Mapping[str, str], etag: str | None) -> SearchStrategy[Sent]:
    """Requests to an operation. `values` are ids that exist, and `etag` is that of the thing that it changes."""
    allowed = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    refused = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    callers = _callers(roles, values["customer_id"])

    @st.composite
    def requests(draw: DrawFn) -> Sent:
        case = draw(refused if draw(_ONCE_IN_FOUR) else allowed)
        exists = not draw(_ONCE_IN_TEN)
        return _request(case, draw(callers), values if exists else {}, etag if exists else None)

    return requests()


def _callers(roles: list[str], customer_id: str) -> SearchStrategy[str | None]:
    """Whom the operation lets in, three times of four, else anybody."""
    anybody = [*sorted(STAFF_GROUPS), Role.STOREFRONT, customer_id, STRANGER, None]
    names = {Role.SELF: customer_id, Role.CUSTOMER: customer_id, Role.PUBLIC: None}
    let_in = [names.get(Role(role), role) for role in roles]
    return st.one_of(*[st.sampled_from(let_in)] * 3, st.sampled_from(anybody))


def _request(case: Case[Any], by: str | None, values: Mapping[str, str], etag: str | None) -> Sent:
    path = case.operation.path
    for name, value in (case.path_parameters or {}).items():
        known = hold_of(path, dict(values)) if values and name == "hold_id" else values.get(name)
        path = path.replace(f"{{{name}}}", quote(known or str(value), safe="") or "-")
    headers = {name: value for name, value in _headers(case).items() if name.lower() not in _TRANSPORT}
    # API Gateway looks at this header alone, so no parameter of the document says it.
    if binary := _bytes_of(case):
        headers["Accept"] = binary
    if etag and "If-Match" in headers:
        headers["If-Match"] = etag
    body = _body(case, values)
    if body is not None:
        headers["Content-Type"] = case.media_type or _JSON
    return Sent(case.method.upper(), path + _query(case), by, body, headers)


def _bytes_of(case: Case[Any]) -> str | None:
    """The media type of a success whose body has no schema: bytes."""
    content = case.operation.definition.raw["responses"].get("200", {}).get("content", {})
    return next((media_type for media_type, about in content.items() if "schema" not in about), None)


def _headers(case: Case[Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in (case.headers or {}).items()}


def _query(case: Case[Any]) -> str:
    query = {name: value for name, value in (case.query or {}).items() if value is not None}
    return f"?{urlencode(query, doseq=True, errors='replace')}" if query else ""


def _body(case: Case[Any], values: Mapping[str, str]) -> bytes | None:
    if isinstance(case.body, NotSet):
        return None
    if isinstance(case.body, bytes):
        return case.body
    body = case.body
    if isinstance(body, dict):
        body = {name: values.get(name, value) if value is not None else None for name, value in body.items()}
    return json.dumps(body).encode()
