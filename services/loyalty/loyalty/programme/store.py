"""Reads versions of the programme, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from loyalty.programme.items import PARTITION, PREFIX, StoredVersion, key_of
from shared.items.table import find

# There are hardly ever more future versions than this. So one page, and one query, finds the version in force.
_PAGE: Final = 4


def find_version(number: int) -> StoredVersion | None:
    return find(StoredVersion, PARTITION, key_of(number))


def newest_version() -> StoredVersion | None:
    """The version with the highest number, in force or future, read consistently."""
    return next(iter(newest_first(limit=1)), None)


def newest_first(*, before: int | None = None, limit: int) -> list[StoredVersion]:
    """At most `limit` versions numbered below `before`."""
    return list(_query(before, limit=limit))


def in_force_and_to_come(now: datetime) -> list[StoredVersion]:
    """The version in force at `now`, if there is one, and the future versions; newest first."""
    found = []
    for version in _query(None, page_size=_PAGE):
        found.append(version)
        if version.effective_from <= now:
            break
    return found


def _query(before: int | None, *, limit: int | None = None, page_size: int | None = None) -> Iterator[StoredVersion]:
    below = StoredVersion.sk < key_of(before) if before is not None else StoredVersion.sk.startswith(PREFIX)
    return StoredVersion.query(
        PARTITION, below, consistent_read=True, scan_index_forward=False, limit=limit, page_size=page_size
    )
