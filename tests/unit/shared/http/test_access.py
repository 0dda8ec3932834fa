"""Who may call what, and what proves it."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from chalice import Chalice
from cryptography.hazmat.primitives.asymmetric import rsa

from shared import auth, ids
from shared.auth import Role
from shared.http import Endpoints, Request
from shared.http.access import AccessTableError
from shared.http.routes import RouteError
from tests import tokens
from tests.tokens import bearer, sign, token
from tests.unit.shared.http.shop import ACCESS, call, make_app

ME = ids.new_customer_id()
OTHER = ids.new_customer_id()
STAFF_ROLES = (Role.ADMIN, Role.SUPPORT, Role.MARKETING, Role.COMPLIANCE)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_a_staff_group_is_a_role(app: Chalice, table: Any, role: Role) -> None:
    allowed = role in {Role.ADMIN, Role.SUPPORT}
    assert call(app, "GET", f"/api/customers/{ME}", headers=bearer(role)).status == (404 if allowed else 403)


def test_a_customer_reads_themselves_and_nobody_else(app: Chalice, table: Any) -> None:
    assert call(app, "GET", f"/api/customers/{ME}", headers=bearer(ME)).status == 404
    assert call(app, "GET", f"/api/customers/{OTHER}", headers=bearer(ME)).status == 403


def test_a_customer_is_known_by_their_own_id(app: Chalice) -> None:
    answer = call(app, "GET", "/api/mine", headers=bearer(ME))
    assert answer.json == {"id": ME, "version": 1, "name": f"customer:{ME}", "points": 0}


def test_the_storefront_is_a_machine_with_the_scope(app: Chalice, table: Any) -> None:
    created = call(app, "POST", "/api/customers", headers=bearer(Role.STOREFRONT), body={"name": "Ada"})
    refused = call(
        app, "POST", "/api/customers", headers=bearer(Role.STOREFRONT, scope="regulars/other"), body={"name": "Ada"}
    )
    assert (created.status, refused.status) == (201, 403)
    assert auth.identify(bearer(Role.STOREFRONT)["Authorization"]).actor == f"machine:{tokens.MACHINE_CLIENT}"


def test_without_a_token_the_answer_says_how_to_ask(app: Chalice) -> None:
    answer = call(app, "GET", "/api/mine")
    assert (answer.status, answer.json["type"]) == (401, "/problems/unauthorized")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="regulars"'


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "Bearer x.y.z", "x"])
def test_what_is_no_bearer_token_is_refused_even_on_a_public_route(app: Chalice, header: str) -> None:
    answer = call(app, "GET", "/api/fail/none", headers={"Authorization": header})
    assert answer.status == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": "another-app"},
        {"client_id": tokens.CUSTOMERS_CLIENT},
        {"client_id": None},
        {"iss": "https://issuer.test/elsewhere"},
        {"iss": None},
        {"iat": int(time.time()) + 600},
    ],
)
def test_a_token_with_a_wrong_claim_is_no_token(app: Chalice, claims: dict[str, Any]) -> None:
    assert call(app, "GET", f"/api/customers/{ME}", headers=bearer(Role.ADMIN, **claims)).status == 401


def test_a_customer_who_claims_a_staff_group_is_still_a_customer(app: Chalice) -> None:
    headers = bearer(ME, **{"cognito:groups": ["admin"], "scope": "regulars/storefront"})
    assert call(app, "GET", "/api/customers", headers=headers).status == 403


def test_a_user_of_the_customers_pool_must_be_named_like_a_customer(app: Chalice) -> None:
    assert call(app, "GET", "/api/mine", headers=bearer("admin", iss=tokens.CUSTOMERS_ISSUER)).status == 401
    assert call(app, "GET", "/api/mine", headers=bearer("ada")).status == 401


def test_a_token_under_another_key_or_algorithm_is_refused(app: Chalice) -> None:
    claims = jwt.decode(token(Role.ADMIN), options={"verify_signature": False})
    forged = sign(claims, key=rsa.generate_private_key(public_exponent=65537, key_size=2048))
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": tokens.KEY_ID})
    shared_secret = jwt.encode(claims, "s" * 32, algorithm="HS256", headers={"kid": tokens.KEY_ID})
    for each in (forged, unsigned, shared_secret):
        assert call(app, "GET", "/api/customers", headers={"Authorization": f"Bearer {each}"}).status == 401


def test_an_unknown_key_asks_the_pool_at_most_once_a_minute(app: Chalice) -> None:
    call(app, "GET", "/api/customers", headers=bearer(Role.ADMIN))
    before = tokens.times_asked()
    claims = jwt.decode(token(Role.ADMIN), options={"verify_signature": False})
    for number in range(5):
        forged = sign(claims, key_id=f"unknown-{number}")
        assert call(app, "GET", "/api/customers", headers={"Authorization": f"Bearer {forged}"}).status == 401
    assert tokens.times_asked() - before <= 1


def test_keys_that_cannot_be_had_are_our_fault_and_not_the_callers(
    app: Chalice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(url: str) -> None:
        raise jwt.PyJWKClientConnectionError

    monkeypatch.setattr(auth, "_keys", unreachable)
    answer = call(app, "GET", "/api/customers", headers=bearer(Role.ADMIN))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


def test_a_route_that_the_table_leaves_out_is_not_registered() -> None:
    endpoint = Endpoints(Chalice(app_name="shop"), {})

    def handler(request: Request) -> None: ...

    with pytest.raises(AccessTableError, match="GET /api/secret"):
        endpoint.get("/api/secret")(handler)


def test_self_needs_a_customer_in_the_path() -> None:
    endpoint = Endpoints(Chalice(app_name="shop"), {"GET /api/me": frozenset({Role.SELF})})

    def handler(request: Request) -> None: ...

    with pytest.raises(AccessTableError, match="customer_id"):
        endpoint.get("/api/me")(handler)


def test_a_handler_must_take_what_its_path_holds() -> None:
    endpoint = Endpoints(Chalice(app_name="shop"), {"GET /api/{this}": frozenset({Role.ADMIN})})

    def handler(request: Request, that: str) -> None: ...

    with pytest.raises(RouteError, match="this"):
        endpoint.get("/api/{this}")(handler)


def test_a_route_has_one_handler() -> None:
    endpoint = Endpoints(Chalice(app_name="shop"), {"GET /api/this": frozenset({Role.ADMIN})})

    def handler(request: Request) -> None: ...

    endpoint.get("/api/this")(handler)
    with pytest.raises(RouteError, match="two handlers"):
        endpoint.get("/api/this")(handler)


def test_the_access_table_names_no_route_that_does_not_exist() -> None:
    endpoint = make_app()[1]
    endpoint.check_access()
    endpoint.access = {**ACCESS, "GET /api/gone": frozenset({Role.ADMIN})}
    with pytest.raises(AccessTableError, match="GET /api/gone"):
        endpoint.check_access()


def test_every_route_refuses_everyone_whom_the_table_does_not_name(table: Any) -> None:
    app, endpoint = make_app()
    everyone: dict[str, tuple[Role | str, frozenset[Role]]] = {
        **{role.value: (role, frozenset({role})) for role in (*STAFF_ROLES, Role.STOREFRONT)},
        "self": (ME, frozenset({Role.SELF, Role.CUSTOMER})),
        "other": (OTHER, frozenset({Role.CUSTOMER})),
    }
    for route in endpoint.routes:
        path = route.path.format(customer_id=ME, how="none", token="t")
        for who, roles in everyone.values():
            status = call(app, route.method, path, headers=bearer(who)).status
            may = bool(route.roles & (roles | {Role.PUBLIC}))
            assert (status != 403) == may, (route.key, who, status)
