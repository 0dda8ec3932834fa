"""The endpoints of a service: routes of Chalice that authenticate, validate, answer and never leak.

Only Chalice's own errors would reach its middleware, and a response made there has no CORS headers (any other error is
an opaque 500). So everything happens in the wrapper, inside the route.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from chalice.app import Chalice, CORSConfig, Response

from shared.contract import ContractError, Route
from shared.http.call import Call
from shared.http.endpoint import Endpoint, Handler
from shared.http.receipts import ReceiptMixin
from shared.roles import Role

_ANY_TYPE: Final = ["*/*"]  # Chalice's own check would answer in a form of its own, and quote what was sent

# A preflight is answered by API Gateway from the template and knows no setting, so it lets every origin ask. Whether a
# script may read the answer is decided per request, by the origins that the stage allows. There are no cookies.
CORS: Final = CORSConfig(
    allow_origin="*",
    allow_headers=["If-Match", "Idempotency-Key", "X-Correlation-Id"],
    expose_headers=["ETag", "Idempotent-Replayed", "Location", "Next-Cursor", "Retry-After", "X-Request-Id"],
    max_age=600,
)


class Endpoints:
    """Registers routes with a Chalice app; each handler is found, and perhaps imported, when it is first asked for.

    `receipts` is the service's receipt item, needed by routes that keep their answers.
    """

    def __init__(self, app: Chalice, receipts: type[ReceiptMixin] | None = None) -> None:
        self.app = app
        self.receipts = receipts
        self._found: dict[str, Callable[[], Endpoint]] = {}
        app.api.cors = CORS

    @property
    def all(self) -> list[Endpoint]:
        """Every endpoint. Imports their handlers, and raises ContractError for one that does not fit its route."""
        return [find() for find in self._found.values()]

    def add(self, route: Route, roles: frozenset[Role], find: Callable[[], Handler]) -> None:
        """Register a route. Raises ContractError when it has a handler already, or lacks receipts that it needs."""
        if route.key in self._found:
            raise ContractError(f"{route.key} has two handlers")
        if route.idempotency.has_receipts and self.receipts is None:
            raise ContractError(f"{route.key} takes an Idempotency-Key, and the service has no receipts")
        if route.binary:
            self.app.api.binary_types.append(route.binary)
        self._found[route.key] = cache(lambda: Endpoint.of(route, roles, find()))
        self._register(route, self._found[route.key])

    def _register(self, route: Route, find: Callable[[], Endpoint]) -> None:
        def view(**_: str) -> Response:
            assert self.app.current_request is not None  # noqa: S101  # Chalice sets it before it calls a view
            return Call(route.key, find, self.app.current_request, self.receipts).serve()

        self.app.route(route.path, methods=[route.method], content_types=_ANY_TYPE, name=route.key)(view)
