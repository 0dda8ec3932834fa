"""Routes as their handlers' annotations declare them: read once, when their module is imported."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import NoneType
from typing import Any, Final, TypedDict, TypeVar, Unpack, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter

from shared.auth import Role
from shared.errors import ProblemError
from shared.http.access import AccessTableError, roles_of
from shared.http.inputs import MAX_BODY_BYTES, adapter
from shared.http.receipts import Idempotency
from shared.http.replies import Html, Reply

Handler = Callable[..., Any]
H = TypeVar("H", bound=Handler)

_PATH_NAMES: Final = re.compile(r"{(\w+)}")
_RESERVED: Final = frozenset({"request", "body", "query", "return"})
_ACCEPTED: Final = 202
_REPEATED: Final = (list, tuple, set, frozenset)


class RouteError(TypeError):
    """A handler's signature does not fit its path, or it has one already; raised where its module is imported."""


@dataclass(frozen=True)
class Options:
    """What a route declares beside its handler's annotations. `problems` are documented, not enforced.

    `accepted` is the one of the views it returns that it answers with 202: what was asked waits for somebody.
    """

    status: int = 200
    accepted: type[BaseModel] | None = None
    idempotency: Idempotency = Idempotency.NONE
    if_match: bool = False
    content_types: Sequence[str] = ()
    max_body: int = MAX_BODY_BYTES
    problems: Sequence[type[ProblemError]] = ()


class OptionWords(TypedDict, total=False):
    """The fields of `Options`, as keywords of `endpoint.get(…)` and its like."""

    status: int
    accepted: type[BaseModel]
    idempotency: Idempotency
    if_match: bool
    content_types: Sequence[str]
    max_body: int
    problems: Sequence[type[ProblemError]]


@dataclass(frozen=True)
class Route:
    """One route: method, path, handler, and what goes in and out of it."""

    method: str
    path: str
    handler: Handler
    roles: frozenset[Role]
    options: Options
    path_kinds: Mapping[str, Any]
    body: Any = None
    query: type[BaseModel] | None = None
    returns: Any = None

    @classmethod
    def of(cls, method: str, path: str, handler: Handler, roles: frozenset[Role], options: Options) -> Route:
        """The route of a handler. Raises RouteError when its parameters are not those of the path."""
        hints = get_type_hints(handler, include_extras=True)
        kinds = {name: kind for name, kind in hints.items() if name not in _RESERVED}
        _check(handler, path, kinds, hints)
        parts = {name: hints.get(name) for name in ("body", "query")}
        return cls(method, path, handler, roles, options, kinds, **parts, returns=_view_of(hints["return"]))

    @property
    def key(self) -> str:
        """How the access table names it: `GET /api/customers/{customer_id}`."""
        return f"{self.method} {self.path}"

    @property
    def is_page(self) -> bool:
        """Whether it answers with a page for people."""
        return self.returns is Html

    @property
    def status(self) -> int:
        """The status of its success."""
        return 204 if self.returns in (None, NoneType) else self.options.status

    @property
    def views(self) -> dict[int, Any]:
        """What it answers, by status."""
        accepted = self.options.accepted
        if accepted is None:
            return {self.status: self.returns}
        (done,) = (kind for kind in get_args(self.returns) if kind is not accepted)
        return {self.status: done, _ACCEPTED: accepted}

    @cached_property
    def path_adapters(self) -> dict[str, TypeAdapter[Any]]:
        """The validators of the values in its path."""
        return {name: adapter(kind) for name, kind in self.path_kinds.items()}

    @cached_property
    def repeated(self) -> frozenset[str]:
        """The fields of its query that may be given more than once."""
        fields = self.query.model_fields.items() if self.query else ()
        return frozenset(field.alias or name for name, field in fields if _is_repeated(field.annotation))


class Routes:
    """Handlers by their routes, each with the roles that `access` names for it.

    A route that the table leaves out raises AccessTableError where its module is imported, one that has a handler
    already RouteError.
    """

    def __init__(self, access: Mapping[str, frozenset[Role]]) -> None:
        self.access = access
        self.registered: dict[str, Route] = {}

    def get(self, path: str, **options: Unpack[OptionWords]) -> Callable[[H], H]:
        """Register a handler that reads. Options are those of `Options`."""
        return self._route("GET", path, Options(**options))

    def post(self, path: str, **options: Unpack[OptionWords]) -> Callable[[H], H]:
        """Register a handler that creates or acts."""
        return self._route("POST", path, Options(**options))

    def put(self, path: str, **options: Unpack[OptionWords]) -> Callable[[H], H]:
        """Register a handler that replaces."""
        return self._route("PUT", path, Options(**options))

    def patch(self, path: str, **options: Unpack[OptionWords]) -> Callable[[H], H]:
        """Register a handler that changes by merge patch."""
        return self._route("PATCH", path, Options(**options))

    def delete(self, path: str, **options: Unpack[OptionWords]) -> Callable[[H], H]:
        """Register a handler that removes."""
        return self._route("DELETE", path, Options(**options))

    def check_access(self) -> None:
        """Raises AccessTableError when the access table names routes that do not exist."""
        if stale := self.access.keys() - self.registered.keys():
            message = f"the access table names routes that do not exist: {', '.join(sorted(stale))}"
            raise AccessTableError(message)

    def _route(self, method: str, path: str, options: Options) -> Callable[[H], H]:
        def register(handler: H) -> H:
            self._add(Route.of(method, path, handler, roles_of(self.access, f"{method} {path}"), options))
            return handler

        return register

    def _add(self, route: Route) -> None:
        if route.key in self.registered:
            message = f"{route.key} has two handlers"
            raise RouteError(message)
        self.registered[route.key] = route


def _check(handler: Handler, path: str, kinds: Mapping[str, Any], hints: Mapping[str, Any]) -> None:
    first = next(iter(inspect.signature(handler).parameters), None)
    if first != "request" or "return" not in hints or set(kinds) != set(_PATH_NAMES.findall(path)):
        message = f"{handler.__qualname__} must take request and the values in {path}, and say what it returns"
        raise RouteError(message)


def _view_of(annotation: Any) -> Any:
    """The view that is answered: `Reply[View]` says no more than `View`."""
    return get_args(annotation)[0] if get_origin(annotation) is Reply else annotation


def _is_repeated(annotation: Any) -> bool:
    """Whether it is a list, or a list or nothing."""
    kinds = [annotation, *get_args(annotation)]
    return any((get_origin(kind) or kind) in _REPEATED for kind in kinds)
