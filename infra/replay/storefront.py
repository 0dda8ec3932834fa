"""The storefront of `make run`. It calls the platform over HTTP with tokens, as any caller does."""

from __future__ import annotations

import http.client
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock, local
from typing import Any
from urllib.parse import urlsplit

# API Gateway gives up on a function after 29 seconds.
_PATIENCE = 30
# Tokens of staff live for 15 minutes.
_FRESH_SECONDS = 600


class RefusedError(Exception):
    """The platform refused a call. The message holds the call, the status and the problem."""


@dataclass
class Storefront:
    """Calls `base_url` as a role. `token_for` gives a role's access token. Safe to use from many threads."""

    base_url: str
    token_for: Callable[[str], str]
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _own: local = field(default_factory=local)

    def get(self, path: str, role: str) -> Any:
        """The JSON that a GET answers. Raises RefusedError for a status over 299."""
        return self._call("GET", path, role, None, {})

    def post(self, path: str, role: str, body: Any = None, key: str | None = None) -> Any:
        """The JSON that a POST answers. `key` is its Idempotency-Key. Raises RefusedError for a status over 299."""
        return self._call("POST", path, role, body, {"Idempotency-Key": key} if key else {})

    def token(self, role: str) -> str:
        """An access token of the role that is valid for some minutes more."""
        with self._lock:
            since, token = self._tokens.get(role, (-math.inf, ""))
            if time.monotonic() - since > _FRESH_SECONDS:
                since, token = time.monotonic(), self.token_for(role)
                self._tokens[role] = since, token
            return token

    def _call(self, method: str, path: str, role: str, body: Any, headers: Mapping[str, str]) -> Any:
        content = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.token(role)}", "Content-Type": "application/json", **headers}
        connection = self._connection()
        connection.request(method, path, content, sent)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= http.client.MULTIPLE_CHOICES:
            raise RefusedError(f"{method} {path}: {answer.status} {text.decode(errors='replace')}")
        return json.loads(text) if text else None

    def _connection(self) -> http.client.HTTPConnection:
        """The thread's own connection, kept open between calls."""
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=_PATIENCE)
        connection: http.client.HTTPConnection = self._own.connection
        return connection
