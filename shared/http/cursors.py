"""Lists a page at a time: `?limit=&cursor=` in, `{"data": […], "next_cursor": …}` out.

A cursor is the position after the last row, with a fingerprint of the list that it belongs to (route, path and
filters), so that it cannot be used on another. It is opaque, not secret, and a caller can forge one: a position
says where in a list to go on, and the store takes the partition from the query, never from the position.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from shared.errors import InvalidError
from shared.model import ApiModel

T = TypeVar("T")
Position = Mapping[str, Any]

# A position is a key or two of DynamoDB, which may be 2,048 and 1,024 bytes long; ours are far shorter.
_LONGEST_CURSOR: Final = 2048
_FINGERPRINT_LENGTH: Final = 16


class PageQuery(ApiModel):
    """Base of the query of a list; a list with filters adds them as fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=50, ge=1, le=100, description="How many rows a page has at most.")
    cursor: str | None = Field(
        default=None, max_length=_LONGEST_CURSOR, description="`next_cursor` of the page before, with the same filters."
    )


class Page(ApiModel, Generic[T]):
    """One page of a list. `next_cursor` is null on the last one."""

    data: list[T]
    next_cursor: str | None = None

    # Where the next page begins; the endpoint makes the cursor of it, which a use case cannot.
    _position: Position | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, items: Sequence[T], next_position: Position | None = None) -> Self:
        """A page of `items`; `next_position`, in JSON's types, is where the next one begins, None after the last."""
        page = cast("Self", cls.model_construct(data=list(items), next_cursor=None))
        page._position = next_position  # noqa: SLF001  # its own class
        return page

    @property
    def next_position(self) -> Position | None:
        """Where the next page begins, None when this is the last."""
        return self._position


def fingerprint(route: str, path: Mapping[str, str], query: BaseModel | None) -> str:
    """What a cursor belongs to: the route, the values in its path, and the filters."""
    filters = query.model_dump(mode="json", exclude={"limit", "cursor"}) if query else {}
    text = json.dumps([route, dict(path), filters], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_FINGERPRINT_LENGTH]


def encode(position: Position, belongs_to: str) -> str:
    """The cursor for a position of the list with this fingerprint."""
    text = json.dumps({"f": belongs_to, "p": dict(position)}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, belongs_to: str) -> dict[str, Any]:
    """The position in a cursor. Raises InvalidError naming `cursor` for one of another list, or none at all."""
    try:
        read = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        position, found = read["p"], read["f"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise invalid_cursor() from error
    if found != belongs_to or not isinstance(position, dict):
        raise invalid_cursor()
    return position


def invalid_cursor() -> InvalidError:
    """The error of a cursor that leads nowhere."""
    return InvalidError.of("cursor", "Not a cursor of this list; start again without one.")
