"""A route as its handler's annotations declare it: read once, when the service is imported."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import NoneType
from typing import Any, Final, TypedDict, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter

from shared.auth import Role
from shared.errors import ProblemError
from shared.http.inputs import MAX_BODY_BYTES, adapter
from shared.http.receipts import Idempotency
from shared.http.replies import Html, Reply

Handler = Callable[..., Any]

_PATH_NAMES: Final = re.compile(r"{(\w+)}")
_RESERVED: Final = frozenset({"request", "body", "query", "return"})
_ACCEPTED: Final = 202
_REPEATED: Final = (list, tuple, set, frozenset)


class RouteError(TypeError):
    """A handler's signature does not fit its path; raised at import."""


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
