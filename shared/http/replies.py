"""What a handler may return beside a plain view, and the headers that follow from a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Generic, TypeVar

V = TypeVar("V")

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Reply(Generic[V]):
    """A view with a status or headers other than the route's own; annotate a handler `-> Reply[View]`."""

    view: V
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


@dataclass(frozen=True)
class Html:
    """A page for people. Values in `text` are escaped by whoever wrote it; scripts do not run."""

    text: str
    status: int = 200


# Our pages have no scripts, load nothing from elsewhere, and are framed by nobody.
HTML_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
)


def headers_of(view: object) -> dict[str, str]:
    """The ETag of a view that has a version."""
    version = getattr(view, "version", None)
    return {"ETag": f'"{version}"'} if isinstance(version, int) else {}
