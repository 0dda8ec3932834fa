"""One request on its way through a route: checks of the caller and the input, replay, handler, answer, problems."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from chalice.app import Request as ChaliceRequest
from chalice.app import Response

from shared import auth
from shared.auth import Principal
from shared.contract import Idempotency
from shared.errors import ProblemError, UnauthorizedError, UnavailableError
from shared.http import cursors, inputs, problems, receipts
from shared.http.cursors import Page
from shared.http.endpoint import Endpoint
from shared.http.receipts import Attempt, ReceiptMixin, ReceiptName, ReplayError
from shared.http.replies import NEXT_CURSOR, Csv, File, Reply, Text, headers_of
from shared.http.request import Request
from shared.http.signature import Signature
from shared.messages.cause import Cause
from shared.roles import Role
from shared.runtime.observability import describe, logger
from shared.runtime.settings import Settings

_FIRST_INTERNAL_STATUS: Final = 500
_REPLAYED: Final = {"Idempotent-Replayed": "true"}


class DoorSettings(Settings):
    """Comma-separated origins whose scripts may read answers. `*` allows every origin."""

    allowed_origins: str = "*"


class Call:
    def __init__(
        self, key: str, find: Callable[[], Endpoint], raw: ChaliceRequest, receipts: type[ReceiptMixin] | None
    ) -> None:
        """`find` gives the endpoint of the `key`, and may have to import it."""
        self.key = key
        self.raw = raw
        self.receipts = receipts
        self.id: str = raw.context.get("requestId") or str(uuid.uuid4())
        self.path = inputs.unquoted(raw.uri_params)
        self.query: Any = None
        self.request: Request | None = None
        self._find = find
        self._endpoint: Endpoint | None = None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint that is asked for."""
        if self._endpoint is None:
            self._endpoint = self._find()
        return self._endpoint

    def serve(self) -> Response:
        """The response. Every error becomes a problem."""
        try:
            response = self._answer()
        except Exception as error:  # noqa: BLE001  # the outermost layer: callers see problems only
            response = self._problem(error)
        response.headers.update(self._own_headers())
        if self.raw.method == "HEAD":
            response.body = ""
        return response

    def _answer(self) -> Response:
        principal = self._principal()
        auth.authorize(self.endpoint.roles, principal, self.path)
        inputs.check_accepted(self.raw.headers.get("accept"), self.endpoint.route.binary)
        arguments: dict[str, Any] = dict(inputs.read_path(self.path, self.endpoint.path_adapters))
        arguments |= self._read_query() | self._read_body()
        self.request = self._request(principal)
        attempt = self.request.attempt
        if attempt and (before := attempt.replay()):
            return _replayed(before)
        try:
            response = self._response(self.endpoint.handler(self.request, **arguments))
        except Exception as error:
            if attempt and (first := _twin(attempt, error)):
                return first
            raise
        if self.request.signed and self.request.signed.is_replay:
            response.headers.update(_REPLAYED)
        return response

    def _principal(self) -> Principal:
        """The caller. A page for anyone asks nobody who they are: scanners of links send headers of their own."""
        try:
            return auth.identify(self.raw.headers.get("authorization"))
        except (UnauthorizedError, UnavailableError):
            if Role.PUBLIC not in self.endpoint.roles:
                raise
            return auth.ANYONE

    def _request(self, principal: Principal) -> Request:
        headers = self.raw.headers
        version = inputs.read_if_match(headers.get("if-match")) if self.endpoint.route.if_match else None
        correlation_id = inputs.read_correlation_id(headers.get("x-correlation-id"), self.id)
        logger.append_keys(correlation_id=correlation_id, route=self.endpoint.key)
        name = self._receipt_name(principal)
        by_effect = self.endpoint.route.idempotency is Idempotency.BY_EFFECT
        return Request(
            id=self.id,
            route=self.endpoint.key,
            path=self.path,
            headers=headers,
            principal=principal,
            cause=Cause(principal.actor, correlation_id),
            attempt=None if by_effect else self._attempt(name),
            version=version,
            signed=Signature(name) if by_effect and name else None,
        )

    def _attempt(self, name: ReceiptName | None) -> Attempt | None:
        return Attempt(self.receipts, name, self._dump, self.endpoint.status) if name and self.receipts else None

    def _receipt_name(self, principal: Principal) -> ReceiptName | None:
        key = receipts.read_key(self.raw.headers.get("idempotency-key"), self.endpoint.route.idempotency)
        return ReceiptName.of(principal, self.endpoint.key, self.path, key, self._body()) if key else None

    def _read_query(self) -> dict[str, Any]:
        raw = self.raw.query_params
        given = {name: raw.getlist(name) for name in raw} if raw else {}
        if self.endpoint.query is None:
            # People follow links that mailers and shops have added parameters to; programs have none to add.
            if not self.endpoint.is_page:
                inputs.refuse_query(given)
            return {}
        self.query = inputs.read_query(given, inputs.adapter(self.endpoint.query), self.endpoint.repeated)
        return {"query": self.query}

    def _read_body(self) -> dict[str, Any]:
        if self.endpoint.body is None:
            return {}
        content_type = self.raw.headers.get("content-type")
        if self.endpoint.body is bytes:
            return {"body": inputs.read_raw_body(self._body(), content_type, self.endpoint.route.content_types)}
        return {"body": inputs.read_body(self._body(), content_type, inputs.adapter(self.endpoint.body))}

    def _body(self) -> bytes:
        raw = self.raw.raw_body
        return inputs.limit_size(raw.encode() if isinstance(raw, str) else raw, self.endpoint.route.max_body)

    def _response(self, result: Any) -> Response:
        reply = result if isinstance(result, Reply) else Reply(result)
        if isinstance(reply.view, Text):
            return _respond(reply.view.text, {**reply.view.headers, **self._next_of(reply.view)}, reply.view.status)
        status = reply.status or self.endpoint.status
        if isinstance(reply.view, File):
            return _respond(reply.view.content, {**reply.view.headers, **reply.headers}, status)
        if reply.view is None:
            return _respond("", reply.headers, status)
        headers = {"Content-Type": "application/json", **headers_of(reply.view), **reply.headers}
        return _respond(self._dump(reply.view), headers, status)

    def _dump(self, view: object) -> str:
        if isinstance(view, Page):
            view = self._with_cursor(view)
        text: bytes = inputs.adapter(self.endpoint.returns).dump_json(view, by_alias=True)
        return text.decode()

    def _next_of(self, text: Text) -> dict[str, str]:
        """The header of a table's next page; none on the last, and on what has no pages."""
        cursor = self._cursor(text.next_position) if isinstance(text, Csv) else None
        return {NEXT_CURSOR: cursor} if cursor else {}

    def _cursor(self, position: cursors.Position | None) -> str | None:
        if position is None:
            return None
        return cursors.encode(position, cursors.fingerprint(self.endpoint.key, self.path, self.query))

    def _with_cursor(self, page: Page[Any]) -> Page[Any]:
        cursor = self._cursor(page.next_position)
        declared: type[Page[Any]] = self.endpoint.returns
        # A page may say more than its rows: the fields of its own class stay.
        return declared.model_construct(**(dict(page) | {"next_cursor": cursor}))

    def _problem(self, error: Exception) -> Response:
        problem = problems.as_problem(
            error,
            if_match=self._endpoint is not None and self._endpoint.route.if_match,
            keyed=self.request is not None and bool(self.request.attempt or self.request.signed),
            paged=getattr(self.query, "cursor", None) is not None,
        )
        self._log(problem, error)
        headers = {"Content-Type": problems.CONTENT_TYPE, **problem.headers}
        return _respond(problems.render(problem, self.id), headers, problem.status)

    def _log(self, problem: ProblemError, error: Exception) -> None:
        about = {"request_id": self.id, "route": self.key, "problem": problem.slug}
        if problem.status >= _FIRST_INTERNAL_STATUS:
            logger.error("request failed", extra=about | describe(error))
        else:
            logger.info("request refused", extra=about)

    def _own_headers(self) -> dict[str, str]:
        allowed = [origin.strip() for origin in DoorSettings.read().allowed_origins.split(",")]
        common = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Request-Id": self.id}
        if "*" in allowed:
            return common
        origin = self.raw.headers.get("origin")
        readable_by = origin if origin in allowed else allowed[0]
        # Without the header no script of another origin may read the answer. An empty one is no header at all.
        return common | {"Vary": "Origin"} | ({"Access-Control-Allow-Origin": readable_by} if readable_by else {})


def _twin(attempt: Attempt, error: Exception) -> Response | None:
    """The answer to another request with the same key that was faster, if this request failed because of it."""
    if isinstance(error, ReplayError | ProblemError | problems.LOST):
        answer = attempt.replay()
        return _replayed(answer) if answer else None
    return None


def _replayed(answer: receipts.Answer) -> Response:
    headers = {"Content-Type": "application/json", **answer.headers, **_REPLAYED}
    return _respond(answer.body, headers, answer.status)


def _respond(body: str | bytes, headers: Mapping[str, str], status: int) -> Response:
    return Response(body, {**headers}, status)
