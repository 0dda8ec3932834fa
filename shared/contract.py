"""What a capability declares to the outside: its routes, its events, its schedules and its rights.

Each capability of a service has a `contract.py` with one `CONTRACT`. All that repeats these facts is made from it: the
routes of Chalice, the role checks, the EventBridge rules, the IAM policies, the paths of the front, the tables of the
READMEs, and the cases of the tests. A contract holds plain values and names, so that every cold start can read all
contracts of a service: the modules behind the names are imported when they are first needed (docs/decisions/0014).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from shared.roles import GENERAL_STAFF, Role, readers

# The kinds of function that every service has; its other functions are named after its schedules.
API: Final = "api_handler"
INBOX: Final = "inbox"
RELAY: Final = "relay"

# No item of DynamoDB can be larger than 400 KB; no request of ours needs to come near.
MAX_BODY_BYTES: Final = 256 * 1024

_SELF_NEEDS: Final = "{customer_id}"


class ContractError(Exception):
    """A contract contradicts itself or the code that it names; raised by imports and by the contract tests."""


class Idempotency(StrEnum):
    """Whether a route takes an Idempotency-Key."""

    NONE = "none"
    ACCEPTED = "accepted"
    REQUIRED = "required"
    # Required too; the effect itself remembers it (shared.http.signature).
    BY_EFFECT = "by_effect"

    @property
    def is_required(self) -> bool:
        """Whether a request without a key is refused."""
        return self in {Idempotency.REQUIRED, Idempotency.BY_EFFECT}

    @property
    def has_receipts(self) -> bool:
        """Whether answers are kept as receipts."""
        return self in {Idempotency.ACCEPTED, Idempotency.REQUIRED}


@dataclass(frozen=True)
class Route:
    """One route: its method, path, roles and promises. `handler` is a function of the capability's `handlers.py`.

    `accepted` names the view that the handler answers with 202: the request waits for a second person. `problems` are
    the slugs of the errors that the route documents beside those that follow from its declaration.
    """

    method: str
    path: str
    handler: str
    roles: frozenset[Role]
    status: int = 200
    accepted: str | None = None
    idempotency: Idempotency = Idempotency.NONE
    if_match: bool = False
    content_types: tuple[str, ...] = ()
    max_body: int = MAX_BODY_BYTES
    problems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises ContractError when nobody may call it, and for SELF where the path names no customer."""
        if not self.roles:
            raise ContractError(f"{self.key} names no role")
        if Role.SELF in self.roles and _SELF_NEEDS not in self.path:
            raise ContractError(f"{self.key} has no customer_id that SELF could be")

    @property
    def key(self) -> str:
        """Its name: `GET /api/customers/{customer_id}`."""
        return f"{self.method} {self.path}"

    def roles_in(self, service: str) -> frozenset[Role]:
        """Who may call it: the roles that it names, and those that may only read where general staff may."""
        if self.method == "GET" and self.roles >= GENERAL_STAFF:
            return self.roles | readers(service)
        return self.roles


@dataclass(frozen=True)
class Schedule:
    """A job: the function `name` runs `handler` of the capability's `handlers.py` at `expression` (EventBridge's)."""

    name: str
    expression: str
    handler: str


@dataclass(frozen=True)
class Grant:
    """A right beyond the ordinary of the named functions: exactly one of the fields says on what.

    `table` holds actions of DynamoDB on the service's own table. `index` lets them query an index, `scan` also scan
    it. `secret` lets them read a secret of the service's resources.yaml. `mail` lets them send as the shop.
    """

    to: tuple[str, ...]
    table: tuple[str, ...] = ()
    index: str | None = None
    scan: bool = False
    secret: str | None = None
    mail: bool = False


@dataclass(frozen=True)
class Contract:
    """All that the outside knows of one capability.

    `hears` names the function of `handlers.py` for each event. `tells` names events; the function that builds the data
    of each is in the capability's `events.py`.
    """

    routes: tuple[Route, ...] = ()
    hears: Mapping[str, str] = field(default_factory=dict)
    tells: tuple[str, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True)
class Capability:
    """One capability of a service, with its contract."""

    service: str
    name: str
    contract: Contract

    def module(self, name: str) -> str:
        """The full name of one of its modules."""
        return f"{self.service}.{self.name}.{name}"


@cache
def capabilities(service: str) -> tuple[Capability, ...]:
    """The capabilities of a service that have a contract, by name."""
    return tuple(_capabilities(service))


def _capabilities(service: str) -> Iterator[Capability]:
    (home,) = import_module(service).__path__
    for file in sorted(Path(home).glob("*/contract.py")):
        name = file.parent.name
        yield Capability(service, name, import_module(f"{service}.{name}.contract").CONTRACT)
