"""A handler's module is imported when its route is first asked for; the route is as guarded as any other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from chalice import Chalice

from shared.contract import ContractError, Idempotency, Route
from shared.http import Endpoints
from shared.http.endpoint import Handler
from shared.roles import Role
from tests.harness.tokens import bearer
from tests.unit.shared.http.shop import Receipt, call

MODULE = "deferred_handlers_of_a_test"
SOURCE = """
from shared.http import Request

def read(request: Request) -> dict[str, str]:
    return {"who": request.principal.actor}

def write(request: Request) -> dict[str, str]:
    return {}
"""
ADMIN = frozenset({Role.ADMIN})
READ = Route("GET", "/api/late", "read", ADMIN)
WRITE = Route("POST", "/api/late", "write", ADMIN, idempotency=Idempotency.ACCEPTED)


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / f"{MODULE}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop(MODULE, None)


def finding(name: str) -> Callable[[], Handler]:
    def find() -> Handler:
        found: Handler = getattr(import_module(MODULE), name)
        return found

    return find


def made(receipts: type[Receipt] | None = Receipt) -> Endpoints:
    endpoints = Endpoints(Chalice(app_name="shop"), receipts=receipts)
    for route in (READ, WRITE):
        endpoints.add(route, ADMIN, finding(route.handler))
    return endpoints


def test_its_module_is_imported_when_a_route_is_first_asked_for() -> None:
    endpoints = made()
    assert MODULE not in sys.modules
    answer = call(endpoints.app, "GET", "/api/late", headers=bearer(Role.ADMIN))
    assert (answer.status, MODULE in sys.modules) == (200, True)


def test_it_is_as_guarded_as_any_other() -> None:
    endpoints = made()
    assert call(endpoints.app, "GET", "/api/late").status == 401
    assert call(endpoints.app, "GET", "/api/late", headers=bearer(Role.MARKETING)).status == 403


def test_every_endpoint_is_listed_whether_it_was_asked_for_or_not() -> None:
    assert [endpoint.key for endpoint in made().all] == [READ.key, WRITE.key]


def test_a_module_that_cannot_be_imported_is_a_problem_like_any_other(tmp_path: Path) -> None:
    (tmp_path / f"{MODULE}.py").write_text("raise RuntimeError('what must not be told')")
    answer = call(made().app, "GET", "/api/late", headers=bearer(Role.ADMIN))
    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert answer.headers["X-Request-Id"] == "req-1"
    assert "must not be told" not in str(answer.json)


def test_its_answers_need_receipts_as_any_others() -> None:
    with pytest.raises(ContractError, match="receipts"):
        made(receipts=None)
