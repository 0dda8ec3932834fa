"""The storefront of `make run`. It calls the platform over HTTP with tokens, as any caller does."""

from __future__ import annotations

import http.client
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock, local
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from infra.console import console

# API Gateway gives up on a function after 29 seconds. On a busy machine its answer may take longer to arrive.
_PATIENCE: Final = 60
# Answers of a platform that is too busy now: the same call may succeed a moment later.
_BUSY: Final = frozenset(
    {http.client.BAD_GATEWAY, http.client.SERVICE_UNAVAILABLE, http.client.GATEWAY_TIMEOUT},
)
# A cold start on a busy machine takes longer than 29 seconds, and may be cut off more than once.
BUSY_SECONDS: Final = 300
_LONGEST_PAUSE: Final = 8.0
# Many threads wait at the same time. One line in so many seconds is enough.
_SAY_SECONDS: Final = 30
# Tokens of staff live for 15 minutes.
_FRESH_SECONDS: Final = 600


def _print(message: str) -> None:
    console.print(message, markup=False)


class RefusedError(Exception):
    """The platform refused a call. The message holds the call, the status and the problem."""


@dataclass
class Storefront:
    """Calls `base_url` as a role. `token_for` gives a role's access token. Safe to use from many threads.

    A call that finds the platform too busy (502, 503, 504, or no answer) is repeated for BUSY_SECONDS, with the same
    Idempotency-Key. `say` is told what is waited for.
    """

    base_url: str
    token_for: Callable[[str], str]
    say: Callable[[str], None] = _print
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _own: local = field(default_factory=local)
    _said_at: float = -math.inf

    def get(self, path: str, role: str) -> Any:
        """The JSON that a GET answers. Raises RefusedError for a status over 299."""
        return self._call("GET", path, role, None, {})

    def post(self, path: str, role: str, body: Any = None, key: str | None = None) -> Any:
        """The JSON that a POST answers. `key` is its Idempotency-Key; without one, the call gets a key of its own.

        Raises RefusedError for a status over 299.
        """
        return self._call("POST", path, role, body, {"Idempotency-Key": key or str(uuid4())})

    def token(self, role: str) -> str:
        """An access token of the role that is valid for some minutes more."""
        with self._lock:
            since, token = self._tokens.get(role, (-math.inf, ""))
            if time.monotonic() - since > _FRESH_SECONDS:
                since, token = time.monotonic(), self.token_for(role)
                self._tokens[role] = since, token
            return token

    def _call(self, method: str, path: str, role: str, body: Any, headers: Mapping[str, str]) -> Any:
        """The JSON of the first answer that is not a busy platform's."""
        deadline, pause = time.monotonic() + BUSY_SECONDS, 1.0
        while True:
            status, text = self._try(method, path, role, body, headers)
            if status and status < http.client.MULTIPLE_CHOICES:
                return json.loads(text) if text else None
            told = f"{method} {path}: {status or 'no answer'} {text.decode(errors='replace')}"
            if (status and status not in _BUSY) or time.monotonic() + pause > deadline:
                raise RefusedError(told)
            self._say_that_it_waits(told)
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _try(
        self, method: str, path: str, role: str, body: Any, headers: Mapping[str, str]
    ) -> tuple[int | None, bytes]:
        """Status and content of one answer; None and the reason if no answer came."""
        content = None if body is None else json.dumps(body).encode()
        connection = self._connection()
        try:
            sent = {"Authorization": f"Bearer {self.token(role)}", "Content-Type": "application/json", **headers}
            connection.request(method, path, content, sent)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            # A connection that lost an answer is of no use. The next request opens it again.
            connection.close()
            return None, (str(error) or type(error).__name__).encode()

    def _say_that_it_waits(self, told: str) -> None:
        with self._lock:
            due = time.monotonic() - self._said_at > _SAY_SECONDS
            if due:
                self._said_at = time.monotonic()
        if due:
            until = f"It is tried again for up to {BUSY_SECONDS // 60} minutes"
            self.say(f"The platform is too busy to answer a call. {until}: {told.strip()}")

    def _connection(self) -> http.client.HTTPConnection:
        """The thread's own connection, kept open between calls."""
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=_PATIENCE)
        connection: http.client.HTTPConnection = self._own.connection
        return connection
