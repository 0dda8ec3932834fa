"""SES as it behaves in a test, and the mails that it was handed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.awsrequest import AWSResponse

from shared.runtime.aws import client

ADDRESS: Final = "ada@example.com"


@dataclass
class Post:
    """SES at the botocore seam. What `happens` is done instead of taking the next mail: raised, called or answered."""

    mails: list[dict[str, Any]] = field(default_factory=list)
    happens: list[BaseException | Callable[[], None] | str] = field(default_factory=list)
    asked: int = 0

    def take(self, params: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
        self.asked += 1
        trouble = self.happens.pop(0) if self.happens else None
        if isinstance(trouble, BaseException):
            raise trouble
        if isinstance(trouble, str):
            return _refusal(params["url"], trouble)
        if trouble:
            trouble()
        self.mails.append(json.loads(params["body"]))
        return None  # and moto takes it


@contextmanager
def open_post() -> Iterator[Post]:
    post = Post()
    events = client("sesv2").meta.events
    events.register_first("before-call.sesv2.SendEmail", post.take, unique_id="post")  # type: ignore[arg-type]
    try:
        yield post
    finally:
        events.unregister("before-call.sesv2.SendEmail", unique_id="post")


def link_in(mail: dict[str, Any]) -> str:
    """The path of the one-click unsubscribe link in a mail's headers."""
    headers: dict[str, str] = {header["Name"]: header["Value"] for header in mail["Content"]["Simple"]["Headers"]}
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return headers["List-Unsubscribe"].removeprefix("<https://shop.example").removesuffix(">")


def _refusal(url: str, code: str) -> tuple[AWSResponse, dict[str, Any]]:
    status = 429 if code == "TooManyRequestsException" else 400
    error = {"Code": code, "Message": f"Email address is not verified: {ADDRESS}"}
    return AWSResponse(url, status, {}, None), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}  # type: ignore[arg-type]
