"""The facts of a request that a handler gets beside path, body and query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.auth import Principal
from shared.http import cursors
from shared.http.receipts import Attempt
from shared.http.signature import Signature
from shared.messages.cause import Cause

if TYPE_CHECKING:
    from shared.http.cursors import P, PageQuery


@dataclass(frozen=True)
class Request:
    """One checked request. `path` holds the values in its path. `id` is the X-Request-Id of its answer."""

    id: str
    route: str
    path: Mapping[str, str]
    headers: Mapping[str, str]
    principal: Principal
    cause: Cause
    attempt: Attempt | None = None
    version: int | None = None
    signed: Signature | None = None

    @property
    def signature(self) -> Signature:
        """The signature that names the request's effect. Only routes with `Idempotency.BY_EFFECT` have one."""
        if self.signed is None:
            message = f"{self.route} is not declared with Idempotency.BY_EFFECT"
            raise AssertionError(message)
        return self.signed

    @property
    def if_match(self) -> int:
        """The version that the caller read. Only routes with `if_match=True` have one."""
        if self.version is None:
            message = f"{self.route} is not declared with if_match"
            raise AssertionError(message)
        return self.version

    def position(self, query: PageQuery, kind: type[P]) -> P | None:
        """The position before the page's first row, None for the first page. Raises InvalidError naming `cursor`."""
        if query.cursor is None:
            return None
        return cursors.decode(query.cursor, cursors.fingerprint(self.route, self.path, query), kind)
