"""The HTTP door: turns a function into a Chalice route that authenticates, validates, answers and never leaks.

Only Chalice's own errors would reach its middleware, and a response made there has no CORS headers (the rest is an
opaque 500); so everything happens in the wrapper, inside the route.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Final, TypeVar, Unpack

from chalice.app import Chalice, CORSConfig, Response

from shared.auth import Role
from shared.http.access import AccessTableError, roles_of
from shared.http.call import Call
from shared.http.receipts import ReceiptMixin
from shared.http.routes import Handler, Options, OptionWords, Route

H = TypeVar("H", bound=Handler)

_ANY_TYPE: Final = ["*/*"]  # Chalice's own check would answer in a form of its own, and quote what was sent

# A preflight is answered by API Gateway from the template and knows no setting, so it lets every origin ask. Whether a
# script may read the answer is decided per request, by the origins that the stage allows. There are no cookies.
CORS: Final = CORSConfig(
    allow_origin="*",
    allow_headers=["If-Match", "Idempotency-Key", "X-Correlation-Id"],
    expose_headers=["ETag", "Idempotent-Replayed", "Location", "Retry-After", "X-Request-Id"],
    max_age=600,
)


class Routes:
    """Handlers by their routes, each with the roles that `access` names for it.

    A route that the table leaves out raises AccessTableError at import.
    """

    def __init__(self, access: Mapping[str, frozenset[Role]]) -> None:
        self.access = access
        self.own: list[Route] = []

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
        if stale := set(self.access) - {route.key for route in self.own}:
            message = f"the access table names routes that do not exist: {', '.join(sorted(stale))}"
            raise AccessTableError(message)

    def _route(self, method: str, path: str, options: Options) -> Callable[[H], H]:
        def register(handler: H) -> H:
            self._add(Route.of(method, path, handler, roles_of(self.access, f"{method} {path}"), options))
            return handler

        return register

    def _add(self, route: Route) -> None:
        self.own.append(route)


class Endpoints(Routes):
    """Registers a service's handlers as routes of its Chalice app.

    `receipts` is the service's receipt item, needed by routes that keep their answers. Routes that are many lie with
    their capabilities instead, as the `endpoint = Routes(…)` of a module that is imported when one of them is asked
    for: `defer`.
    """

    def __init__(
        self,
        app: Chalice,
        access: Mapping[str, frozenset[Role]] | None = None,
        *,
        receipts: type[ReceiptMixin] | None = None,
    ) -> None:
        super().__init__(access or {})
        self.app = app
        self.receipts = receipts
        self.deferred: dict[str, Mapping[str, frozenset[Role]]] = {}
        app.api.cors = CORS

    @property
    def routes(self) -> list[Route]:
        """Every route; those that were put off are imported."""
        return self.own + [route for module in self.deferred for route in _routes_in(module)]

    def defer(self, module: str, access: Mapping[str, frozenset[Role]]) -> None:
        """Let `module` answer the routes of its access table, once one of them is asked for."""
        self.deferred[module] = access
        for key in access:
            method, path = key.split()
            self._tell_chalice(method, path, partial(self._found, module, key))

    def check_access(self) -> None:
        """Raises AccessTableError when the access tables and the routes do not agree, for the contract test."""
        super().check_access()
        for module, access in self.deferred.items():
            for key in access:
                self._found(module, key)

    def _found(self, module: str, key: str) -> Route:
        for route in _routes_in(module):
            if route.key == key:
                return self._checked(route)
        message = f"the access table names routes that do not exist: {key}"
        raise AccessTableError(message)

    def _add(self, route: Route) -> None:
        super()._add(self._checked(route))
        self._tell_chalice(route.method, route.path, lambda: route)

    def _checked(self, route: Route) -> Route:
        if route.options.idempotency.has_receipts and self.receipts is None:
            message = f"{route.key} takes an Idempotency-Key, and the service has no receipts"
            raise AccessTableError(message)
        return route

    def _tell_chalice(self, method: str, path: str, find: Callable[[], Route]) -> None:
        def view(**_: str) -> Response:
            assert self.app.current_request is not None  # noqa: S101  # Chalice sets it before it calls a view
            return Call(find(), self.app.current_request, self.receipts).serve()

        self.app.route(path, methods=[method], content_types=_ANY_TYPE, name=f"{method} {path}")(view)


def _routes_in(module: str) -> list[Route]:
    found: Routes = import_module(module).endpoint
    return found.own
