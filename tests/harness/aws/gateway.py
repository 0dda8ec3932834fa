"""A service's HTTP routes, called as API Gateway calls them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalice import Chalice
from chalice.config import Config
from chalice.local import LocalGateway

from tests.harness.tokens import bearer


@dataclass(frozen=True)
class Answer:
    """What an HTTP call got. Only bytes that are no text have `content`, and then no `text`."""

    status: int
    headers: dict[str, str]
    text: str
    content: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Gateway:
    """In front of one service."""

    def __init__(self, app: Chalice) -> None:
        self._gateway = LocalGateway(app, Config.create())

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: str | None = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Call as `by`: a role's name, a customer's id, or None without a token. `key` is the Idempotency-Key.

        A body of bytes is sent as it is, and says of itself what it is; any other is sent as JSON.
        """
        sent = {} if isinstance(body, bytes) else {"Content-Type": "application/json"}
        sent |= bearer(by) if by is not None else {}
        sent |= {"Idempotency-Key": key} if key else {}
        sent |= headers or {}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self._gateway.handle_request(method=method, path=path, headers=sent, body=content)
        if answer.get("isBase64Encoded"):
            return Answer(answer["statusCode"], answer["headers"], "", base64.b64decode(answer["body"]))
        text = answer["body"]
        return Answer(answer["statusCode"], answer["headers"], text.decode() if isinstance(text, bytes) else text)
