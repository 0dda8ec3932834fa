"""The caller of a request: the access tokens of two user pools, the roles they give, and the routes these open.

Staff and machines are in one pool, customers in the other. The issuer in a token only chooses the pool for the check.
The check verifies RS256 under the pool's own keys, issuer, client, use and expiry. Expiry is real time, never
`shared.clock`. Roles come from the pool that signed: a customer's token with a staff group is still a customer's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from shared.errors import ForbiddenError, UnauthorizedError, UnavailableError
from shared.ids import ULID_PATTERN
from shared.roles import STAFF_GROUPS, Role
from shared.runtime.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jwt import PyJWKClient

STOREFRONT_SCOPE: Final = "regulars/storefront"

# An unknown key id loads the pool's keys again, but only once in so many seconds. So forged tokens cause no traffic.
_REFETCH_AFTER: Final = 60
# Cognito's keys stay for years. A withdrawn key is trusted for at most an hour.
_KEYS_LIVE: Final = 3600
_KEYS_TIMEOUT: Final = 5
# The clocks of two machines differ a little. Without a leeway Cognito's `iat` would sometimes be in our future.
_LEEWAY: Final = 10
_REQUIRED_CLAIMS: Final = ["iss", "exp", "client_id", "token_use"]
_CUSTOMER_NAME: Final = re.compile(rf"cus_{ULID_PATTERN}")


@dataclass(frozen=True)
class Principal:
    """The caller. `id` is a staff user name, a customer id or a machine's client id."""

    kind: Literal["staff", "customer", "machine", "public"]
    id: str
    roles: frozenset[Role]

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"

    @property
    def is_customer(self) -> bool:
        """Whether a customer calls. The access tables let customers act for themselves only."""
        return self.kind == "customer"

    @property
    def customer_id(self) -> str | None:
        """The id of the calling customer, or None for other callers."""
        return self.id if self.is_customer else None

    @property
    def actor(self) -> str:
        """The caller's name in events and logs: `staff:ada`, `customer:cus_…`, `machine:<client>`, `public`."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


ANYONE: Final = Principal("public", "", frozenset({Role.PUBLIC}))


class AuthSettings(Settings):
    """For each pool: its issuer, its client ids separated by commas, and the URL of its public keys."""

    staff_issuer: str = ""
    staff_clients: str = ""
    staff_jwks_url: str = ""
    customers_issuer: str = ""
    customers_clients: str = ""
    customers_jwks_url: str = ""


@dataclass(frozen=True)
class Pool:
    """One user pool. `identify` makes a principal from verified claims."""

    issuer: str
    clients: frozenset[str]
    jwks_url: str
    identify: Callable[[Mapping[str, Any]], Principal]


def identify(authorization: str | None) -> Principal:
    """The caller that the Authorization header proves. ANYONE without a header.

    Raises UnauthorizedError if it proves nobody, UnavailableError if the pool's keys cannot be loaded.
    """
    if not authorization:
        return ANYONE
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthorized("The Authorization header must be a bearer token.")
    return _principal(token.strip())


def authorize(roles: frozenset[Role], principal: Principal, path: Mapping[str, str]) -> None:
    """Let a route's callers pass: those whom its contract names. Nobody else passes.

    Raises UnauthorizedError when nobody is known to ask, ForbiddenError otherwise.
    """
    if Role.PUBLIC in roles or roles & principal.roles:
        return
    if principal.kind == "public":
        raise unauthorized()
    is_self = principal.customer_id is not None and principal.customer_id == path.get("customer_id")
    if not (Role.SELF in roles and is_self):
        raise ForbiddenError


def name_of(actor: str, *, names_staff: bool) -> str:
    """An actor as callers are told of them: customers read no names of staff."""
    return actor if names_staff else actor.partition(":")[0]


def unauthorized(detail: str | None = None) -> UnauthorizedError:
    """The 401 with its challenge (RFC 6750). With `detail`, a token was sent and is not valid."""
    challenge = 'Bearer realm="regulars"' + (', error="invalid_token"' if detail else "")
    return UnauthorizedError(detail, headers={"WWW-Authenticate": challenge})


def _principal(token: str) -> Principal:
    import jwt  # noqa: PLC0415  # with cryptography the heaviest import; public routes and queues do not need it

    try:
        # These unverified claims only choose the pool. Then its keys and rules verify the token.
        claimed = jwt.decode_complete(token, options={"verify_signature": False})
        pool = _pool_of(claimed["payload"].get("iss"))
        return pool.identify(_verified(token, claimed["header"].get("kid"), pool))
    except jwt.PyJWKClientConnectionError as error:
        raise UnavailableError("The keys of the user pool cannot be read.", headers={"Retry-After": "5"}) from error
    except jwt.PyJWTError as error:
        raise unauthorized("The access token is not valid.") from error


def _pool_of(issuer: object) -> Pool:
    import jwt  # noqa: PLC0415

    for pool in _pools(AuthSettings.read()):
        if pool.issuer and pool.issuer == issuer:
            return pool
    raise jwt.InvalidIssuerError


def _verified(token: str, key_id: Any, pool: Pool) -> Mapping[str, Any]:
    import jwt  # noqa: PLC0415

    key = _keys(pool.jwks_url).get_signing_key(key_id)
    claims = jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        issuer=pool.issuer,
        leeway=_LEEWAY,
        # Cognito's access tokens name their client in `client_id`, not in `aud`.
        options={"require": _REQUIRED_CLAIMS, "verify_aud": False},
    )
    is_access_token = claims["token_use"] == "access"  # noqa: S105  # a use, no secret
    if not is_access_token or claims["client_id"] not in pool.clients:
        raise jwt.InvalidTokenError
    return claims


@cache
def _keys(jwks_url: str) -> PyJWKClient:
    import jwt  # noqa: PLC0415

    return jwt.PyJWKClient(jwks_url, lifespan=_KEYS_LIVE, timeout=_KEYS_TIMEOUT, cooldown_duration=_REFETCH_AFTER)


@cache
def _pools(settings: AuthSettings) -> tuple[Pool, ...]:
    return (
        Pool(settings.staff_issuer, _names(settings.staff_clients), settings.staff_jwks_url, _staff_or_machine),
        Pool(settings.customers_issuer, _names(settings.customers_clients), settings.customers_jwks_url, _customer),
    )


def _names(comma_separated: str) -> frozenset[str]:
    return frozenset(name.strip() for name in comma_separated.split(",") if name.strip())


def _staff_or_machine(claims: Mapping[str, Any]) -> Principal:
    if user := claims.get("username"):
        groups = claims.get("cognito:groups") or []
        return Principal("staff", str(user), frozenset(role for role in STAFF_GROUPS if role.value in groups))
    scopes = str(claims.get("scope", "")).split()
    roles = frozenset({Role.STOREFRONT}) if STOREFRONT_SCOPE in scopes else frozenset[Role]()
    return Principal("machine", str(claims["client_id"]), roles)


def _customer(claims: Mapping[str, Any]) -> Principal:
    name = str(claims.get("username", ""))
    if not _CUSTOMER_NAME.fullmatch(name):
        raise unauthorized("The access token is not a customer's.")
    return Principal("customer", name, frozenset({Role.CUSTOMER}))
