"""AWS as it was recorded: botocore's HTTP layer answers each call with the next recorded answer.

Part of what runs beside a bundle, on what Lambda has alone: it imports nothing but botocore and the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session


class Playback:
    """Answers the calls of one operation over and over. Raises AssertionError for a call not recorded there."""

    def __init__(self, answers: Sequence[Mapping[str, Any]], once: Sequence[Mapping[str, Any]] = ()) -> None:
        """`once` are the answers to what is asked before, the first time alone."""
        self._first = len(once)
        told = [*once, *answers]
        self._answers = [(one["operation"], one["status"], one["headers"], one["body"].encode()) for one in told]
        self._at = -1

    def install(self) -> None:
        """From now on nothing of this process reaches a network through botocore."""
        URLLib3Session.send = self._send  # type: ignore[method-assign,assignment]  # the seam itself

    def rewind(self) -> None:
        """Begin the operation again."""
        self._at = 0 if self._at < 0 else self._first

    @property
    def is_over(self) -> bool:
        """Whether all recorded calls have been made."""
        return self._at == len(self._answers)

    def _send(self, request: AWSPreparedRequest) -> AWSResponse:
        operation, status, headers, body = self._answers[self._at]
        asked = request.headers["X-Amz-Target"]
        target = asked.decode() if isinstance(asked, bytes) else asked
        assert target.endswith(f".{operation}"), (target, operation)  # the point of it
        self._at += 1
        answer = AWSResponse(request.url, status, headers, None)
        answer._content = body  # type: ignore[attr-defined]  # noqa: SLF001  # as botocore does with what it has read
        return answer
