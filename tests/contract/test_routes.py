"""Every route of every service, asked by every role, by another customer, and by nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from infra.apps import ROOT
from infra.generate.paths import service_for
from shared import ids
from shared.contract import capabilities
from shared.roles import STAFF_GROUPS, Role
from shared.services import SERVICES
from tests.harness import tokens
from tests.harness.house import House, open_house

ADA = ids.new_customer_id()
EVE = ids.new_customer_id()
ROLES = (*sorted(STAFF_GROUPS), Role.STOREFRONT)
VALUES = {
    "customer_id": ADA,
    "order_id": "A-1",
    "request_id": ids.new_request_id(),
    "number": "402938475611",
    "segment_id": "new",
    "token": "not-a-token",
    "version": "1",
    "name": "classic",
    "reward_id": ids.new_reward_id(),
    "claim_id": ids.new_claim_id(),
    "transfer_id": ids.new_transfer_id(),
    "hold_id": ids.named_after("0" * 32, "hld"),
    "proposal_id": ids.new_adjustment_id(),
    "currency": "USD",
    "checkout_id": "cart-1",
}
ROUTES = [
    (name, route.method, route.path, route.roles_in(name))
    for name in SERVICES
    for capability in capabilities(name)
    for route in capability.contract.routes
]


@pytest.fixture(scope="module")
def empty_house() -> Iterator[House]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        tokens.install_issuers(monkeypatch)
        with open_house() as house:
            yield house


def _named(value: str | frozenset[Role]) -> str:
    """The same in every process, as tests that run side by side need it; a set has no order."""
    return value if isinstance(value, str) else "+".join(sorted(role.value for role in value))


@pytest.mark.parametrize(("service", "method", "path", "roles"), ROUTES, ids=_named)
def test_a_route_lets_in_whom_its_contract_names_and_nobody_else(
    empty_house: House, service: str, method: str, path: str, roles: frozenset[Role]
) -> None:
    url = re.sub(r"\{(\w+)\}", lambda name: VALUES[name[1]], path)
    assert service_for(url) == service

    def asked_by(who: str | None) -> int:
        return empty_house.call(method, url, by=who, body={}).status

    public = Role.PUBLIC in roles
    assert asked_by(None) == 401 or public
    for role in ROLES:
        status = asked_by(role)
        assert (status not in {401, 403}) == (public or role in roles), (role, status)
    allowed = public or Role.CUSTOMER in roles
    assert (asked_by(ADA) not in {401, 403}) == (allowed or Role.SELF in roles)
    assert (asked_by(EVE) not in {401, 403}) == (allowed or ("{customer_id}" not in path and Role.SELF in roles))


def test_no_route_but_the_unsubscribe_page_is_public() -> None:
    public = {path for _, _, path, roles in ROUTES if Role.PUBLIC in roles}
    assert public == {"/unsubscribe/{token}"}


def test_what_only_reads_loses_no_race() -> None:
    promised = {}
    for name in SERVICES:
        paths = json.loads((ROOT / f"docs/api/{name}.json").read_text(encoding="utf-8"))["paths"]
        for path, operations in paths.items():
            for method, operation in operations.items():
                problems = operation["responses"].get("409", {}).get("x-problems", ())
                promised[method.upper(), path] = "/problems/lost-race" in problems
    asking = {("POST", "/api/loyalty/simulate"), ("POST", "/api/customers/{customer_id}/checkout-quote")}
    assert {one for one in asking if promised[one]} == set()
    assert promised["POST", "/api/customers/{customer_id}/holds"]
