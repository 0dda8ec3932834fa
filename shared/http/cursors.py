"""Pages of a list: the query has `?limit=&cursor=`, the answer `{"data": […], "next_cursor": …}`.

A cursor is the position after the last row, with a fingerprint of its list (route, path and filters). So it fits no
other list. It is opaque but not secret, and a caller can forge one. This is safe: a position is one key or number of
the kind that the list uses, and only says where the list continues. The store takes the partition from the query.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final, Generic, Self, TypeVar, cast

from pydantic import BaseModel, Field, PrivateAttr

from shared.errors import InvalidError
from shared.model import ApiModel, Input

T = TypeVar("T")
# What the rows of a list are sorted by: a key, or a number.
Position = str | int
P = TypeVar("P", str, int)

# A sort key of DynamoDB has 1,024 bytes at most, and a list may put a prefix before the position.
_LONGEST_POSITION: Final = 1_000
_LONGEST_CURSOR: Final = 2048
_FINGERPRINT_LENGTH: Final = 16
_LARGEST_NUMBER: Final = 10**15


class PageQuery(Input):
    """Base of the query of a list; a list with filters adds them as fields."""

    limit: int = Field(default=50, ge=1, le=100, description="How many rows a page has at most.")
    cursor: str | None = Field(
        default=None, max_length=_LONGEST_CURSOR, description="`next_cursor` of the page before, with the same filters."
    )


class Page(ApiModel, Generic[T]):
    """One page of a list. `next_cursor` is null on the last one."""

    data: list[T]
    next_cursor: str | None = None

    # The start of the next page. The endpoint makes the cursor from it, because a use case does not know the route.
    _position: Position | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, items: Sequence[T], next_position: Position | None = None) -> Self:
        """A page of `items`. `next_position` is the start of the next page, None on the last page."""
        page = cast("Self", cls.model_construct(data=list(items), next_cursor=None))
        page._position = next_position  # noqa: SLF001  # its own class
        return page

    @property
    def next_position(self) -> Position | None:
        """The start of the next page, None on the last page."""
        return self._position


def fingerprint(route: str, path: Mapping[str, str], query: BaseModel | None) -> str:
    """The fingerprint of a list: of its route, the values in its path, and its filters."""
    filters = query.model_dump(mode="json", exclude={"limit", "cursor"}) if query else {}
    text = json.dumps([route, dict(path), filters], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_FINGERPRINT_LENGTH]


def encode(position: Position, belongs_to: str) -> str:
    """The cursor of a position in the list with the fingerprint `belongs_to`."""
    text = json.dumps({"f": belongs_to, "p": position}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, belongs_to: str, kind: type[P]) -> P:
    """The position in a cursor. Raises InvalidError naming `cursor` if it belongs to another list or is no cursor."""
    try:
        read = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        position, found = read["p"], read["f"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise invalid_cursor() from error
    if found != belongs_to or type(position) is not kind or not _is_plausible(position):
        raise invalid_cursor()
    return position


def _is_plausible(position: Position) -> bool:
    """Whether DynamoDB can read it: no empty text, no half of a surrogate pair, nothing that is too long."""
    if isinstance(position, str):
        return position != "" and position.isprintable() and len(position.encode()) <= _LONGEST_POSITION
    return 0 <= position <= _LARGEST_NUMBER


def invalid_cursor() -> InvalidError:
    """The error for a cursor that is none, or is not of this list."""
    return InvalidError.of("cursor", "Not a cursor of this list; start again without one.")
