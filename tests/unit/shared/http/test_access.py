"""Who may call what, and what proves it."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest
from chalice import Chalice
from cryptography.hazmat.primitives.asymmetric import rsa

from shared import auth, ids
from shared.auth import ANYONE, Principal
from shared.contract import ContractError, Route
from shared.errors import UnauthorizedError
from shared.http import Endpoints, Request
from shared.roles import Role
from shared.runtime import settings
from tests.harness import tokens
from tests.harness.tokens import bearer, sign, token
from tests.unit.shared.http.shop import call, make_app

ME = ids.new_customer_id()
OTHER = ids.new_customer_id()
ADMIN = frozenset({Role.ADMIN})
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


def test_customers_read_no_names_of_staff() -> None:
    assert auth.name_of("staff:ada", names_staff=True) == "staff:ada"
    assert auth.name_of("staff:ada", names_staff=False) == "staff"


def test_a_principal_says_who_they_are() -> None:
    nobody = frozenset[Role]()
    staff, machine = Principal("staff", "ada", nobody), Principal("machine", "shop", nobody)
    customer = Principal("customer", ME, nobody)
    assert [one.is_staff for one in (staff, machine, customer, ANYONE)] == [True, False, False, False]
    assert [one.is_customer for one in (staff, machine, customer, ANYONE)] == [False, False, True, False]
    assert [one.customer_id for one in (staff, machine, customer, ANYONE)] == [None, None, ME, None]
    actors = [one.actor for one in (staff, machine, customer, ANYONE)]
    assert actors == ["staff:ada", "machine:shop", f"customer:{ME}", "public"]
    assert auth.identify(None) == auth.identify("") == Principal("public", "", frozenset({Role.PUBLIC}))


def test_roles_are_named_as_groups_and_routes_name_them() -> None:
    names = ["admin", "support", "marketing", "compliance", "storefront", "customer", "self", "public"]
    assert [role.value for role in Role] == names


@pytest.mark.parametrize(
    ("claims", "principal"),
    [
        ({"username": "ada"}, Principal("staff", "ada", frozenset())),
        ({"username": "ada", "cognito:groups": None}, Principal("staff", "ada", frozenset())),
        (
            {"username": "ada", "cognito:groups": ["support", "cooks", "admin"]},
            Principal("staff", "ada", frozenset({Role.SUPPORT, Role.ADMIN})),
        ),
        ({"client_id": "shop"}, Principal("machine", "shop", frozenset())),
        (
            {"client_id": "shop", "scope": "a regulars/storefront"},
            Principal("machine", "shop", frozenset({Role.STOREFRONT})),
        ),
    ],
)
def test_the_staff_pool_names_staff_and_machines(claims: dict[str, Any], principal: Principal) -> None:
    assert auth._staff_or_machine(claims) == principal


def test_a_customers_token_without_a_name_is_nobodys() -> None:
    assert auth._customer({"username": ME}) == Principal("customer", ME, frozenset({Role.CUSTOMER}))
    with pytest.raises(UnauthorizedError):
        auth._customer({})


def test_the_scheme_of_a_token_may_be_written_in_any_case(app: Chalice) -> None:
    assert auth.identify(f"bEaReR  {token(ME)} ").customer_id == ME


def test_a_good_token_counts_under_its_own_scheme_only() -> None:
    with pytest.raises(UnauthorizedError) as refused:
        auth.identify(f"Basic {token(ME)}")
    assert refused.value.headers == {"WWW-Authenticate": 'Bearer realm="regulars", error="invalid_token"'}


def test_whom_else_a_token_is_meant_for_does_not_matter() -> None:
    assert auth.identify(bearer(ME, aud="elsewhere")["Authorization"]).customer_id == ME


def test_a_pool_that_is_not_set_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(auth.AuthSettings().model_dump(exclude={"stage", "bus_name"}).values()) == {""}
    monkeypatch.setattr(settings, "_READ", {auth.AuthSettings: auth.AuthSettings()})
    for issuer in ("", None, "XX"):
        with pytest.raises(jwt.InvalidIssuerError):
            auth._pool_of(issuer)


def test_clients_are_separated_by_commas() -> None:
    assert auth._names(" app, till ,,") == {"app", "till"}


def test_a_pools_keys_are_believed_for_an_hour_and_asked_for_once_a_minute_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(jwt, "PyJWKClient", lambda url, **limits: asked.append((url, limits)))
    auth._keys.__wrapped__("https://keys.test")
    assert asked == [("https://keys.test", {"lifespan": 3600, "timeout": 5, "cooldown_duration": 60})]


def test_clocks_may_differ_by_ten_seconds(app: Chalice) -> None:
    now = int(time.time())
    assert auth.identify(bearer(ME, exp=now - 5)["Authorization"]).customer_id == ME
    assert auth.identify(bearer(ME, iat=now + 5)["Authorization"]).customer_id == ME
    with pytest.raises(UnauthorizedError):
        auth.identify(bearer(ME, exp=now - 10)["Authorization"])


def test_without_a_token_the_answer_says_how_to_ask(app: Chalice) -> None:
    answer = call(app, "GET", "/api/mine")
    assert (answer.status, answer.json["type"]) == (401, "/problems/unauthorized")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="regulars"'


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer ", "Bearer x.y.z", "x"])
def test_what_is_no_bearer_token_is_refused_unless_the_route_is_for_anyone(app: Chalice, header: str) -> None:
    answer = call(app, "GET", "/api/mine", headers={"Authorization": header})
    assert answer.status == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert call(app, "GET", "/unsubscribe/x", headers={"Authorization": header}).status == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_000_000_000},
        {"exp": None},
        {"token_use": "id"},
        {"token_use": None},
        {"client_id": "another-app"},
        {"client_id": tokens.CUSTOMERS_CLIENT},
        {"client_id": None},
        {"iss": "https://issuer.test/elsewhere"},
        {"iss": None},
        {"iat": 4_000_000_000},
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


def test_a_route_that_names_no_role_is_no_route() -> None:
    with pytest.raises(ContractError, match="GET /api/secret"):
        Route("GET", "/api/secret", "handler", frozenset())


def test_self_needs_a_customer_in_the_path() -> None:
    with pytest.raises(ContractError, match="customer_id"):
        Route("GET", "/api/me", "handler", frozenset({Role.SELF}))


def test_a_handler_must_take_what_its_path_holds() -> None:
    def handler(request: Request, that: str) -> None: ...

    endpoints = Endpoints(Chalice(app_name="shop"))
    endpoints.add(Route("GET", "/api/{this}", "handler", ADMIN), ADMIN, lambda: handler)
    with pytest.raises(ContractError, match="this"):
        list(endpoints.all)


def test_a_route_has_one_handler() -> None:
    def handler(request: Request) -> None: ...

    route = Route("GET", "/api/this", "handler", ADMIN)
    endpoints = Endpoints(Chalice(app_name="shop"))
    endpoints.add(route, ADMIN, lambda: handler)
    with pytest.raises(ContractError, match="two handlers"):
        endpoints.add(route, ADMIN, lambda: handler)


def test_every_route_refuses_everyone_whom_its_contract_does_not_name(table: Any) -> None:
    app, endpoints = make_app()
    everyone: dict[str, tuple[Role | str, frozenset[Role]]] = {
        **{role.value: (role, frozenset({role})) for role in (*STAFF_ROLES, Role.STOREFRONT)},
        "self": (ME, frozenset({Role.SELF, Role.CUSTOMER})),
        "other": (OTHER, frozenset({Role.CUSTOMER})),
    }
    for endpoint in endpoints.all:
        route = endpoint.route
        path = route.path.format(customer_id=ME, how="none", token="t")
        for who, roles in everyone.values():
            status = call(app, route.method, path, headers=bearer(who)).status
            may = bool(route.roles & (roles | {Role.PUBLIC}))
            assert (status != 403) == may, (route.key, who, status)
