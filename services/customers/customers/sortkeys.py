"""Sort keys of what is listed by time."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_key(moment: datetime, item_id: str = "") -> str:
    """A key that sorts by the moment and, within one, by the id; without an id it comes before all of its moment."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{text}#{item_id}" if item_id else text


def id_in(key: str) -> str:
    """The id of a key that has one."""
    return key.partition("#")[2]
