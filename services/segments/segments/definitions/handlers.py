"""Requests about definitions."""

from __future__ import annotations

from segments.definitions import usecases as definitions
from segments.definitions.models import SegmentView
from shared.http import Page, PageQuery, Request


def list_segments(request: Request, query: PageQuery) -> Page[SegmentView]:
    """The segments there are, by id."""
    return definitions.list_segments(query.limit, request.position(query, str))
