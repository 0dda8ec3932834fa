"""Routes that lie with their capabilities: imported when one is first asked for, and as guarded as the others."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chalice import Chalice

from shared.auth import Role
from shared.http import Endpoints
from shared.http.access import AccessTableError
from tests.tokens import bearer
from tests.unit.shared.http.shop import Receipt, call

MODULE = "deferred_routes_of_a_test"
SOURCE = """
from shared.auth import Role
from shared.http import Idempotency, Request, Routes

ACCESS = {"GET /api/late": frozenset({Role.ADMIN}), "POST /api/late": frozenset({Role.ADMIN})}
endpoint = Routes(ACCESS)

@endpoint.get("/api/late")
def read(request: Request) -> dict[str, str]:
    return {"who": request.principal.actor}

@endpoint.post("/api/late", idempotency=Idempotency.ACCEPTED)
def write(request: Request) -> dict[str, str]:
    return {}
"""
ADMIN = frozenset({Role.ADMIN})
TABLE = {"GET /api/late": ADMIN, "POST /api/late": ADMIN}


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / f"{MODULE}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop(MODULE, None)


def made(table: dict[str, frozenset[Role]] | None = None, receipts: type[Receipt] | None = Receipt) -> Endpoints:
    endpoint = Endpoints(Chalice(app_name="shop"), receipts=receipts)
    endpoint.defer(MODULE, table or TABLE)
    return endpoint


def test_its_module_is_imported_when_a_route_is_first_asked_for() -> None:
    endpoint = made()
    assert MODULE not in sys.modules
    answer = call(endpoint.app, "GET", "/api/late", headers=bearer(Role.ADMIN))
    assert (answer.status, MODULE in sys.modules) == (200, True)


def test_it_is_as_guarded_as_any_other() -> None:
    endpoint = made()
    assert call(endpoint.app, "GET", "/api/late").status == 401
    assert call(endpoint.app, "GET", "/api/late", headers=bearer(Role.MARKETING)).status == 403


def test_every_route_is_listed_whether_it_was_asked_for_or_not() -> None:
    assert {route.key for route in made().routes} == set(TABLE)


def test_its_table_names_no_route_that_does_not_exist() -> None:
    made().check_access()
    with pytest.raises(AccessTableError, match="GET /api/gone"):
        made({**TABLE, "GET /api/gone": ADMIN}).check_access()


def test_a_module_has_no_route_that_its_table_leaves_out() -> None:
    with pytest.raises(AccessTableError, match="POST /api/late"):
        made({"GET /api/late": ADMIN}).check_access()


def test_a_module_that_cannot_be_imported_is_a_problem_like_any_other(tmp_path: Path) -> None:
    (tmp_path / f"{MODULE}.py").write_text("raise RuntimeError('what must not be told')")
    answer = call(made().app, "GET", "/api/late", headers=bearer(Role.ADMIN))
    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert answer.headers["X-Request-Id"] == "req-1"
    assert "must not be told" not in str(answer.json)


def test_its_answers_need_receipts_as_any_others() -> None:
    with pytest.raises(AccessTableError, match="receipts"):
        made(receipts=None).check_access()
