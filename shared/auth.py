"""Who is asking: access tokens of the two user pools, and the roles they give.

Staff and machines are in one pool, customers in the other. The issuer that a token claims only chooses the pool
to check it against; what is believed has been verified: RS256 under the pool's own keys, issuer, client, use and
expiry. Expiry is real time, never `shared.clock`. Roles are those of the pool that signed: a customer's token that
names a staff group is still a customer's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from shared.errors import UnauthorizedError, UnavailableError
from shared.ids import ULID_PATTERN
from shared.roles import STAFF_GROUPS, Role
from shared.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jwt import PyJWKClient

STOREFRONT_SCOPE: Final = "regulars/storefront"

# An unknown key id asks the pool for its keys again, at most this often (seconds): a forged one costs no traffic.
_REFETCH_AFTER: Final = 60
# Cognito's keys stay for years; an hour bounds how long a withdrawn key is believed.
_KEYS_LIVE: Final = 3600
_KEYS_TIMEOUT: Final = 5
# Two machines' clocks differ a little; Cognito's `iat` would else be in our future now and then.
_LEEWAY: Final = 10
_REQUIRED_CLAIMS: Final = ["iss", "exp", "client_id", "token_use"]
_CUSTOMER_NAME: Final = re.compile(rf"cus_{ULID_PATTERN}")


@dataclass(frozen=True)
class Principal:
    """Who is asking. `id` is a staff user name, a customer id or a machine's client id."""

    kind: Literal["staff", "customer", "machine", "public"]
    id: str
    roles: frozenset[Role]

    @property
    def is_staff(self) -> bool:
        """Whether somebody who works for the shop is asking."""
        return self.kind == "staff"

    @property
    def is_customer(self) -> bool:
        """Whether a customer is asking, on their own behalf: the access tables let them ask of nobody else."""
        return self.kind == "customer"

    @property
    def customer_id(self) -> str | None:
        """The customer that is asking, or None for anyone else."""
        return self.id if self.is_customer else None

    @property
    def actor(self) -> str:
        """How events and logs name them: `staff:ada`, `customer:cus_…`, `machine:<client>`, `public`."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


ANYONE: Final = Principal("public", "", frozenset({Role.PUBLIC}))


class AuthSettings(Settings):
    """The pools: issuer, comma-separated client ids, and where the public keys are."""

    staff_issuer: str = ""
    staff_clients: str = ""
    staff_jwks_url: str = ""
    customers_issuer: str = ""
    customers_clients: str = ""
    customers_jwks_url: str = ""


@dataclass(frozen=True)
class Pool:
    """One user pool; `identify` makes a principal of claims that are verified."""

    issuer: str
    clients: frozenset[str]
    jwks_url: str
    identify: Callable[[Mapping[str, Any]], Principal]


def identify(authorization: str | None) -> Principal:
    """Who the Authorization header proves to be asking; ANYONE without one.

    Raises UnauthorizedError when it proves nothing, UnavailableError when the pool's keys cannot be had.
    """
    if not authorization:
        return ANYONE
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthorized("The Authorization header must be a bearer token.")
    return _principal(token.strip())


def unauthorized(detail: str | None = None) -> UnauthorizedError:
    """The 401 that says how to ask (RFC 6750): with `detail`, a token was sent and does not hold."""
    challenge = 'Bearer realm="regulars"' + (', error="invalid_token"' if detail else "")
    return UnauthorizedError(detail, headers={"WWW-Authenticate": challenge})


def _principal(token: str) -> Principal:
    import jwt  # noqa: PLC0415  # with cryptography the heaviest import of all; public routes and queues go without

    try:
        # Nothing of this is believed: it only says whose keys and rules to verify against.
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
