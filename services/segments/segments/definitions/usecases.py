"""Finds and lists segments."""

from __future__ import annotations

from segments.definitions.models import Definition, SegmentView
from segments.definitions.ready_made import READY_MADE
from shared.errors import NotFoundError
from shared.http.cursors import Page


def find_definition(segment_id: str) -> Definition:
    """The segment with this id. Raises NotFoundError."""
    if segment_id not in READY_MADE:
        raise NotFoundError("There is no such segment.")
    return READY_MADE[segment_id]


def list_segments(limit: int, position: str | None) -> Page[SegmentView]:
    """A page of at most `limit` segments by id, after `position`."""
    ahead = [READY_MADE[segment_id] for segment_id in sorted(READY_MADE) if segment_id > (position or "")]
    page = [_view(definition) for definition in ahead[:limit]]
    return Page.of(page, page[-1].id if len(ahead) > limit else None)


def _view(definition: Definition) -> SegmentView:
    return SegmentView(
        id=definition.id, name=definition.name, description=definition.description, rule=str(definition.rule)
    )
