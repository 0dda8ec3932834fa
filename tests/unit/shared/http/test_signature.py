"""A request whose effect is its own receipt: named the same each time, carried out once, answered again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared import ids
from shared.auth import Principal
from shared.contract import Idempotency
from shared.errors import ConflictError
from shared.http import Request, Signature
from shared.http.receipts import KeyReusedError, ReceiptName, ReplayError
from shared.items.table import BusyError, LostRaceError
from shared.roles import Role


def signature(
    *, key: str = "k1", body: bytes = b'{"points": 5}', route: str = "POST /a", actor: str = "ada"
) -> Signature:
    principal = Principal("staff", actor, frozenset({Role.SUPPORT}))
    return Signature(ReceiptName.of(principal, route, {"customer_id": "c"}, key, body))


def test_the_same_request_names_the_same_thing_whatever_its_body() -> None:
    names = {signature().id("hld"), signature(body=b'{"points": 6}').id("hld")}
    assert len(names) == 1
    assert re.fullmatch(rf"hld_{ids.ULID_PATTERN}", names.pop())


@pytest.mark.parametrize("other", [{"key": "k2"}, {"route": "POST /b"}, {"actor": "eve"}])
def test_another_request_names_another(other: Any) -> None:
    assert signature(**other).id("hld") != signature().id("hld")


def test_another_body_under_the_same_key_is_refused() -> None:
    signature().check(signature(body=b'{ "points":5 }').fingerprint)
    for kept in (signature(body=b'{"points": 6}').fingerprint, None):
        with pytest.raises(KeyReusedError):
            signature().check(kept)


@pytest.mark.parametrize("error", [ReplayError(), ConflictError(), LostRaceError(), BusyError()])
def test_what_was_done_before_is_answered_whatever_it_fails_by_now(error: Exception) -> None:
    signed = signature()
    assert (signed.once(_raising(error), lambda: "before"), signed.is_replay) == ("before", True)


def test_what_was_not_done_before_fails_as_it_fails() -> None:
    signed = signature()
    with pytest.raises(ConflictError):
        signed.once(_raising(ConflictError()), lambda: None)
    assert not signed.is_replay


def test_what_succeeds_is_no_replay_and_is_not_looked_for() -> None:
    signed = signature()
    assert (signed.once(lambda: "done", _raising(AssertionError())), signed.is_replay) == ("done", False)


def test_a_fault_is_no_reason_to_look() -> None:
    with pytest.raises(ZeroDivisionError):
        signature().once(_raising(ZeroDivisionError()), lambda: "before")


def test_only_a_route_that_is_declared_so_has_a_signature() -> None:
    principal = Principal("staff", "ada", frozenset({Role.SUPPORT}))
    request = Request("r", "POST /a", {}, {}, principal, cause=None)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=Idempotency.BY_EFFECT.name):
        request.signature  # noqa: B018


def _raising(error: Exception) -> Any:
    def act() -> str:
        raise error

    return act
