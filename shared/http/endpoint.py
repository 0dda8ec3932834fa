"""An endpoint: a route of a contract with the function that answers it, whose annotations say what goes in and out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import NoneType
from typing import Any, Final, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter

from shared.contract import ContractError, Route
from shared.errors import ProblemError
from shared.http.inputs import adapter
from shared.http.replies import File, Html, Reply
from shared.roles import Role

Handler = Callable[..., Any]

_PATH_NAMES: Final = re.compile(r"{(\w+)}")
_RESERVED: Final = frozenset({"request", "body", "query", "return"})
_ACCEPTED: Final = 202
_REPEATED: Final = (list, tuple, set, frozenset)


@dataclass(frozen=True)
class Endpoint:
    """One route with its handler, and the types of its path, body, query and answer."""

    route: Route
    roles: frozenset[Role]
    handler: Handler
    path_kinds: Mapping[str, Any]
    body: Any = None
    query: type[BaseModel] | None = None
    returns: Any = None

    @classmethod
    def of(cls, route: Route, roles: frozenset[Role], handler: Handler) -> Endpoint:
        """The endpoint of a route. Raises ContractError when the handler's parameters are not those of the path.

        The same for bytes of a media type that the route does not name.
        """
        hints = get_type_hints(handler, include_extras=True)
        kinds = {name: kind for name, kind in hints.items() if name not in _RESERVED}
        _check(handler, route.path, kinds, hints)
        parts = {name: hints.get(name) for name in ("body", "query")}
        returns = _view_of(hints["return"])
        if route.binary != (returns.media_type if _is_file(returns) else None):
            raise ContractError(f"{route.key} names another media type than its handler answers")
        return cls(route, roles, handler, kinds, **parts, returns=returns)

    @property
    def key(self) -> str:
        """The route's name: `GET /api/customers/{customer_id}`."""
        return self.route.key

    @property
    def is_page(self) -> bool:
        """Whether it answers with a page for people."""
        return self.returns is Html

    @property
    def status(self) -> int:
        """The status of its success."""
        return 204 if self.returns in (None, NoneType) else self.route.status

    @property
    def views(self) -> dict[int, Any]:
        """What it answers, by status. Raises ContractError when it never answers the view that is `accepted`."""
        if self.route.accepted is None:
            return {self.status: self.returns}
        by_name = {kind.__name__: kind for kind in get_args(self.returns)}
        accepted = by_name.pop(self.route.accepted, None)
        if accepted is None or len(by_name) != 1:
            raise ContractError(f"{self.key} must answer {self.route.accepted} and one other view")
        return {self.status: by_name.popitem()[1], _ACCEPTED: accepted}

    @property
    def problems(self) -> list[type[ProblemError]]:
        """The errors that the route documents. Raises ContractError for a slug that no error has."""
        known = {kind.slug: kind for kind in _subclasses(ProblemError)}
        if unknown := set(self.route.problems) - set(known):
            raise ContractError(f"{self.key} documents problems that no error has: {', '.join(sorted(unknown))}")
        return [known[slug] for slug in self.route.problems]

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
        raise ContractError(
            f"{handler.__qualname__} must take request and the values in {path}, and say what it returns"
        )


def _subclasses(kind: type[ProblemError]) -> set[type[ProblemError]]:
    direct = kind.__subclasses__()
    return {*direct, *(each for one in direct for each in _subclasses(one))}


def _view_of(annotation: Any) -> Any:
    """The view that is answered: `Reply[View]` says no more than `View`."""
    return get_args(annotation)[0] if get_origin(annotation) is Reply else annotation


def _is_file(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, File)


def _is_repeated(annotation: Any) -> bool:
    """Whether it is a list, or a list or nothing."""
    kinds = [annotation, *get_args(annotation)]
    return any((get_origin(kind) or kind) in _REPEATED for kind in kinds)
