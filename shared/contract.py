"""The declaration of a capability to the outside: its routes, events, schedules and rights.

Each capability of a service has a `contract.py` with one `CONTRACT`. Everything that repeats these facts is made from
it: Chalice's routes, role checks, EventBridge rules, IAM policies, the paths of the front, the tables of the READMEs,
and cases of tests (docs/decisions/0016). A contract holds only plain values and names, so every cold start can read all
contracts of a service. The modules behind the names are imported on first use (docs/decisions/0014).
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

# Every service has these three functions. Its other functions have the names of its schedules.
API: Final = "api_handler"
INBOX: Final = "inbox"
RELAY: Final = "relay"

# An item of DynamoDB has at most 400 KB. No request here needs nearly as much.
MAX_BODY_BYTES: Final = 256 * 1024

_SELF_NEEDS: Final = "{customer_id}"


class ContractError(Exception):
    """A contract contradicts itself or the code that it names. Imports and contract tests raise it."""


class Idempotency(StrEnum):
    """Whether a route takes an Idempotency-Key."""

    NONE = "none"
    ACCEPTED = "accepted"
    REQUIRED = "required"
    # Required too. The effect itself stores the key (shared.http.signature).
    BY_EFFECT = "by_effect"

    @property
    def is_required(self) -> bool:
        """Whether a request needs a key."""
        return self in {Idempotency.REQUIRED, Idempotency.BY_EFFECT}

    @property
    def has_receipts(self) -> bool:
        """Whether answers are stored as receipts."""
        return self in {Idempotency.ACCEPTED, Idempotency.REQUIRED}


@dataclass(frozen=True)
class Route:
    """One route: its method, path, roles and promises. `handler` is a function of the capability's `handlers.py`.

    `accepted` names the view of the answer 202, when the request waits for a second person. `problems` are the slugs of
    the documented errors, beside those that follow from the declaration. `only_reads` marks a POST that changes
    nothing, because its question is too long for a query. `binary` is the media type of an answer that is bytes: API
    Gateway must know it, and hands the bytes on to requests that accept it first.
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
    only_reads: bool = False
    binary: str | None = None

    def __post_init__(self) -> None:
        """Raises ContractError if nobody may call the route, or if SELF may and the path names no customer."""
        if not self.roles:
            raise ContractError(f"{self.key} names no role")
        if Role.SELF in self.roles and _SELF_NEEDS not in self.path:
            raise ContractError(f"{self.key} has no customer_id that SELF could be")

    @property
    def key(self) -> str:
        """The route's name, such as `GET /api/customers/{customer_id}`."""
        return f"{self.method} {self.path}"

    @property
    def changes(self) -> bool:
        """Whether a request may change something."""
        return self.method not in {"GET", "HEAD"} and not self.only_reads

    def roles_in(self, service: str) -> frozenset[Role]:
        """The roles that may call it: those named, and the roles that may only read, where general staff may read."""
        if self.method == "GET" and self.roles >= GENERAL_STAFF:
            return self.roles | readers(service)
        return self.roles


@dataclass(frozen=True)
class Schedule:
    """A job. The function `name` runs `handler` of `handlers.py` at the times of `expression` (EventBridge's form)."""

    name: str
    expression: str
    handler: str


@dataclass(frozen=True)
class Grant:
    """A right of the functions `to`, beyond those of their kind (infra.generate.grants).

    Exactly one of the other fields is set. `table` allows actions of DynamoDB on the service's own table. `index`
    allows queries of an index, and `scan` also its scan. `secret` allows reading a secret of the service's
    resources.yaml. `mail` allows sending as the shop.
    """

    to: tuple[str, ...]
    table: tuple[str, ...] = ()
    index: str | None = None
    scan: bool = False
    secret: str | None = None
    mail: bool = False


@dataclass(frozen=True)
class Contract:
    """Everything that the outside knows about one capability.

    `hears` names the function of `handlers.py` for each event. `tells` names events; for each, the capability's
    `events.py` has the function that builds its data.
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
    """The capabilities of a service with a contract, in order of their names."""
    return tuple(_capabilities(service))


def _capabilities(service: str) -> Iterator[Capability]:
    (home,) = import_module(service).__path__
    for file in sorted(Path(home).glob("*/contract.py")):
        name = file.parent.name
        yield Capability(service, name, import_module(f"{service}.{name}.contract").CONTRACT)
