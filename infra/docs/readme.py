"""Makes tables of the services' READMEs from contracts, handlers and models.

Each table is between two marks: `<!-- made: routes -->` and `<!-- end: routes -->`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Final

from infra.apps import load_app
from infra.generate.tables import indexes, meaning
from shared.contract import Capability, Idempotency, capabilities
from shared.events.catalogue import EVENTS
from shared.http.endpoint import Endpoint
from shared.roles import GENERAL_STAFF, Role

_BLOCK: Final = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
_KEY: Final = {
    Idempotency.NONE: "",
    Idempotency.ACCEPTED: "a key, if you like",
    Idempotency.REQUIRED: "a key",
    Idempotency.BY_EFFECT: "a key",
}

_ROUTES_MEAN: Final = (
    "*A key* is the header `Idempotency-Key`: a request that is sent again with its key counts once.\n"
    "*Special errors* are those that only some routes answer, by the last part of the problem's `type`. "
    "The OpenAPI document has all errors of a route."
)


def filled(service: str, text: str) -> str:
    """The README with current tables. Raises KeyError for a mark that names no table."""
    return _BLOCK.sub(lambda block: f"{block[1]}{_TABLES[block[2]](service)}\n{block[3]}", text)


def _routes(service: str) -> str:
    rows = [_route(endpoint) for endpoint in load_app(service).functions.endpoints.all]
    return f"{_table(('route', 'who', 'does', 'asks for', 'special errors'), rows)}\n\n{_ROUTES_MEAN}"


def _route(endpoint: Endpoint) -> tuple[str, ...]:
    asks = [_KEY[endpoint.route.idempotency], "`If-Match`" if endpoint.route.if_match else ""]
    problems = ", ".join(f"`{slug}`" for slug in endpoint.route.problems)
    return (
        f"`{endpoint.key}`",
        _who(endpoint.roles),
        _summary(endpoint.handler),
        ", ".join(filter(None, asks)),
        problems,
    )


def _who(roles: frozenset[Role]) -> str:
    """The roles by name, with `staff` for all general staff."""
    if Role.PUBLIC in roles:
        return "anyone"
    staff = ["staff"] if roles >= GENERAL_STAFF else []
    others = sorted(role.value for role in (roles - GENERAL_STAFF if staff else roles))
    return ", ".join([*staff, *others])


def _heard(service: str) -> str:
    rows = [
        (event, ", ".join(f"`{teller}`" for teller in EVENTS[event].told_by), _summary(_handler(capability, name)))
        for capability in capabilities(service)
        for event, name in capability.contract.hears.items()
    ]
    return _table(("hears", "from", "does"), rows)


def _told(service: str) -> str:
    told = (event for capability in capabilities(service) for event in capability.contract.tells)
    return _table(("tells", "meaning"), [(event, _summary(EVENTS[event])) for event in told])


def _jobs(service: str) -> str:
    rows = [
        (f"`{job.name}`", f"`{job.expression}`", _summary(_handler(capability, job.handler)))
        for capability in capabilities(service)
        for job in capability.contract.schedules
    ]
    return _table(("job", "runs at", "does"), rows)


def _indexes(service: str) -> str:
    rows = []
    for name, index in indexes(service).items():
        keys = sorted(index.Meta.attributes.values(), key=lambda key: not key.is_hash_key)
        rows.append((f"`{name}`", ", ".join(f"`{key.attr_name}`" for key in keys), meaning(index)))
    return _table(("index", "keys", "holds"), rows)


def _handler(capability: Capability, name: str) -> Callable[..., object]:
    found: Callable[..., object] = getattr(import_module(capability.module("handlers")), name)
    return found


def _summary(documented: object) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join((inspect.getdoc(documented) or "").partition("\n\n")[0].split()).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join(_lines([head, tuple("---" for _ in head), *rows]))


def _lines(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    return (f"| {' | '.join(row)} |" for row in rows)


_TABLES: Final = {"routes": _routes, "heard": _heard, "told": _told, "jobs": _jobs, "indexes": _indexes}
