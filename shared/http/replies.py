"""What a handler may return beside a plain view, and the headers that follow from a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Final, Generic, TypeVar

V = TypeVar("V")

NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Reply(Generic[V]):
    """A view with a status or headers other than the route's own; annotate a handler `-> Reply[View]`."""

    view: V
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


@dataclass(frozen=True)
class Text:
    """Base of what is answered as it stands and not as JSON: annotate a handler with one of its kinds."""

    text: str
    status: int = 200

    media_type: ClassVar[str]
    headers: ClassVar[Mapping[str, str]]


class Html(Text):
    """A page for people. Values in `text` are escaped by whoever wrote it; scripts do not run."""

    # Our pages have no scripts, load nothing from elsewhere, and are framed by nobody.
    media_type = "text/html"
    headers = MappingProxyType(
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
    )


class Svg(Text):
    """A picture. Opened by itself it is a document, and may run and load nothing."""

    media_type = "image/svg+xml"
    headers = MappingProxyType(
        {
            "Content-Type": "image/svg+xml; charset=utf-8",
            "Content-Security-Policy": "default-src 'none'; base-uri 'none'",
            "X-Content-Type-Options": "nosniff",
        }
    )


class Csv(Text):
    """A table, to be kept as a file. Whoever wrote it saw to it that no cell is a formula."""

    media_type = "text/csv"
    headers = MappingProxyType(
        {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": "attachment",
            "X-Content-Type-Options": "nosniff",
        }
    )


def headers_of(view: object) -> dict[str, str]:
    """The ETag of a view that has a version."""
    version = getattr(view, "version", None)
    return {"ETag": f'"{version}"'} if isinstance(version, int) else {}
