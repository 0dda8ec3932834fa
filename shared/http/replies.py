"""The results of a handler that are no plain views, and the headers that follow from a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Final, Generic, TypeVar

V = TypeVar("V")

# The header of a table that is not JSON, where a list has `next_cursor`.
NEXT_CURSOR: Final = "Next-Cursor"
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Reply(Generic[V]):
    """A view with its own status or headers. Annotate the handler `-> Reply[View]`."""

    view: V
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


@dataclass(frozen=True)
class Text:
    """The base of answers that are not JSON. Annotate the handler with a subclass."""

    text: str
    status: int = 200

    media_type: ClassVar[str]
    headers: ClassVar[Mapping[str, str]]


class Html(Text):
    """A page for people. The maker of `text` escapes the values in it."""

    # Our pages have no scripts, load nothing from elsewhere, and no site may frame them.
    media_type = "text/html"
    headers = MappingProxyType(
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'",
            "Referrer-Policy": "no-referrer",
        }
    )


class Svg(Text):
    """A picture. A browser may open it as a document, so it may run and load nothing."""

    media_type = "image/svg+xml"
    headers = MappingProxyType(
        {
            "Content-Type": "image/svg+xml; charset=utf-8",
            "Content-Security-Policy": "default-src 'none'; base-uri 'none'",
        }
    )


@dataclass(frozen=True)
class Csv(Text):
    """A table to store as a file. The maker of `text` ensures that no cell is a formula.

    A table in pages has the start of the next one, None on the last: the answer has its cursor in the header
    `Next-Cursor`.
    """

    next_position: str | int | None = None

    media_type = "text/csv"
    headers = MappingProxyType(
        {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": "attachment",
        }
    )


@dataclass(frozen=True)
class File:
    """The base of answers that are bytes. Annotate the handler with a subclass; the route names its media type too."""

    content: bytes

    media_type: ClassVar[str]
    headers: ClassVar[Mapping[str, str]]


class Pkpass(File):
    """A pass for Apple Wallet. A browser on an iPhone opens it by its type."""

    media_type = "application/vnd.apple.pkpass"
    headers = MappingProxyType(
        {
            "Content-Type": "application/vnd.apple.pkpass",
            "Content-Disposition": 'attachment; filename="card.pkpass"',
        }
    )


def headers_of(view: object) -> dict[str, str]:
    """The ETag of a view that has a version."""
    version = getattr(view, "version", None)
    return {"ETag": f'"{version}"'} if isinstance(version, int) else {}
