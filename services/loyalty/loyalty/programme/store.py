"""Versions of the programme in the table: finding them, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from loyalty.programme.items import PARTITION, PREFIX, StoredVersion, key_of
from shared.table import find

# Hardly ever are more versions than this still to come: one page, and so one query, finds the one in force.
_PAGE: Final = 4


def find_version(number: int) -> StoredVersion | None:
    """The version of this number."""
    return find(StoredVersion, PARTITION, key_of(number))


def newest_version() -> StoredVersion | None:
    """The version of the highest number, as it is now, in force or to come."""
    return next(iter(newest_first(limit=1)), None)


def newest_first(*, before: int | None = None, limit: int) -> list[StoredVersion]:
    """At most `limit` versions numbered below `before`."""
    return list(_query(before, limit=limit))


def in_force_and_to_come(now: datetime) -> list[StoredVersion]:
    """The version in force at `now`, if any is, and those that take effect later; newest first."""
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
