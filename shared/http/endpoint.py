"""The HTTP door: turns a function into a Chalice route that authenticates, validates, answers and never leaks.

Only Chalice's own errors would reach its middleware, and a response made there has no CORS headers (the rest is an
opaque 500); so everything happens in the wrapper, inside the route.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Final

from chalice.app import Chalice, CORSConfig, Response

from shared.auth import Role
from shared.http.access import AccessTableError
from shared.http.call import Call
from shared.http.receipts import ReceiptMixin
from shared.http.routes import Route, Routes

_ANY_TYPE: Final = ["*/*"]  # Chalice's own check would answer in a form of its own, and quote what was sent

# A preflight is answered by API Gateway from the template and knows no setting, so it lets every origin ask. Whether a
# script may read the answer is decided per request, by the origins that the stage allows. There are no cookies.
CORS: Final = CORSConfig(
    allow_origin="*",
    allow_headers=["If-Match", "Idempotency-Key", "X-Correlation-Id"],
    expose_headers=["ETag", "Idempotent-Replayed", "Location", "Retry-After", "X-Request-Id"],
    max_age=600,
)


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
        deferred = [each for module in self.deferred for each in _routes_in(module).registered.values()]
        return [*self.registered.values(), *deferred]

    def defer(self, module: str, access: Mapping[str, frozenset[Role]]) -> None:
        """Let `module` answer the routes of its access table, once one of them is asked for."""
        self.deferred[module] = access
        for key in access:
            self._register(key, partial(self._found, module, key))

    def check_access(self) -> None:
        """Raises AccessTableError when the access tables and the routes do not agree, for the contract test."""
        super().check_access()
        for module, access in self.deferred.items():
            _routes_in(module).check_access()
            for key in {*access, *_routes_in(module).registered}:
                self._found(module, key)

    def _found(self, module: str, key: str) -> Route:
        route = _routes_in(module).registered.get(key)
        if route is None or key not in self.deferred[module]:
            message = f"{key} is not both in the access table and in {module}"
            raise AccessTableError(message)
        return self._checked(route)

    def _add(self, route: Route) -> None:
        super()._add(self._checked(route))
        self._register(route.key, lambda: route)

    def _checked(self, route: Route) -> Route:
        if route.options.idempotency.has_receipts and self.receipts is None:
            message = f"{route.key} takes an Idempotency-Key, and the service has no receipts"
            raise AccessTableError(message)
        return route

    def _register(self, key: str, find: Callable[[], Route]) -> None:
        method, path = key.split()

        def view(**_: str) -> Response:
            assert self.app.current_request is not None  # noqa: S101  # Chalice sets it before it calls a view
            return Call(key, find, self.app.current_request, self.receipts).serve()

        self.app.route(path, methods=[method], content_types=_ANY_TYPE, name=key)(view)


def _routes_in(module: str) -> Routes:
    found: Routes = import_module(module).endpoint
    return found
