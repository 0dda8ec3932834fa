"""The HTTP door: turns a function into a Chalice route that authenticates, validates, answers and never leaks.

Only Chalice's own errors would reach its middleware, and a response made there has no CORS headers (the rest is an
opaque 500); so everything happens in the wrapper, inside the route.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


class Endpoints:
    """Registers a service's handlers as routes of its Chalice app.

    `access` names the roles of every route; a route that it leaves out raises AccessTableError at import. `receipts`
    is the service's receipt item, needed by routes that keep their answers.
    """

    def __init__(
        self, app: Chalice, access: Mapping[str, frozenset[Role]], *, receipts: type[ReceiptMixin] | None = None
    ) -> None:
        self.app = app
        self.access = access
        self.receipts = receipts
        self.routes: list[Route] = []
        app.api.cors = CORS

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
        """Raises AccessTableError when the access table names routes that do not exist (for the contract test)."""
        if stale := set(self.access) - {route.key for route in self.routes}:
            message = f"the access table names routes that do not exist: {', '.join(sorted(stale))}"
            raise AccessTableError(message)

    def _route(self, method: str, path: str, options: Options) -> Callable[[H], H]:
        def register(handler: H) -> H:
            route = Route.of(method, path, handler, roles_of(self.access, f"{method} {path}"), options)
            if options.idempotency.has_receipts and self.receipts is None:
                message = f"{route.key} takes an Idempotency-Key, and the service has no receipts"
                raise AccessTableError(message)
            self.routes.append(route)
            self.app.route(path, methods=[method], content_types=_ANY_TYPE, name=handler.__name__)(self._view(route))
            return handler

        return register

    def _view(self, route: Route) -> Callable[..., Response]:
        def view(**_: str) -> Response:
            assert self.app.current_request is not None  # noqa: S101  # Chalice sets it before it calls a view
            return Call(route, self.app.current_request, self.receipts).serve()

        view.__name__ = route.handler.__name__
        return view
