"""Finds and lists segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segments.definitions.models import Definition, SegmentView
from segments.definitions.ready_made import READY_MADE
from shared.errors import NotFoundError
from shared.http.cursors import Page, invalid_cursor


def find_definition(segment_id: str) -> Definition:
    """The segment with this id. Raises NotFoundError."""
    if segment_id not in READY_MADE:
        raise NotFoundError("There is no such segment.")
    return READY_MADE[segment_id]


def list_segments(limit: int, position: Mapping[str, Any] | None) -> Page[SegmentView]:
    """A page of at most `limit` segments by id, after `position`."""
    after = read_position(position)
    ahead = [READY_MADE[segment_id] for segment_id in sorted(READY_MADE) if segment_id > after]
    page = [_view(definition) for definition in ahead[:limit]]
    return Page.of(page, next_position(page[-1].id) if len(ahead) > limit else None)


def read_position(position: Mapping[str, Any] | None) -> str:
    """The id before the page's first row, empty for the first page. Raises InvalidError if `position` is none."""
    after = position.get("after") if position is not None else ""
    if not isinstance(after, str):
        raise invalid_cursor()
    return after


def next_position(after: str) -> dict[str, str]:
    """The position of the page that begins after the id `after`."""
    return {"after": after}


def _view(definition: Definition) -> SegmentView:
    return SegmentView(
        id=definition.id, name=definition.name, description=definition.description, rule=str(definition.rule)
    )
