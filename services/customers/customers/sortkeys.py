"""Sort keys of lists by time."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_key(moment: datetime, item_id: str = "") -> str:
    """A key that sorts by the time, and at one time by the id. Without an id it sorts before all keys of its time."""
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{text}#{item_id}" if item_id else text


def id_in(key: str) -> str:
    """The id in a key of `moment_key`."""
    return key.partition("#")[2]
