"""Moves customers into and out of segments, and lists memberships."""

from __future__ import annotations

from segments.definitions.ready_made import READY_MADE
from segments.definitions.rules import facts_of
from segments.definitions.usecases import find_definition
from segments.features.items import FeatureRow
from segments.features.store import features_in, find_row
from segments.membership import store
from segments.membership.models import HeldSegmentView, MemberView
from segments.membership.rules import Moves, assess, due_day, moves_between
from segments.settings import SegmentsSettings
from shared import clock
from shared.errors import NotFoundError
from shared.events.segments import SegmentEntered, SegmentLeft
from shared.http.cursors import Page
from shared.items.table import Put, Write
from shared.messages.cause import Cause


def settle(row: FeatureRow, cause: Cause) -> list[Write]:
    """Evaluate a row today. Returns the writes that store the row and its moves.

    A row without moves is one plain write. A row with moves carries their events, and is written with its memberships.
    """
    now = clock.now()
    facts = facts_of(features_in(row), SegmentsSettings.read().currency)
    state = assess(facts, READY_MADE.values(), now.date())
    store.set_due(row, due_day(store.due_on(row), state.flips_on, now.date()))
    moves = moves_between(store.held_by(row), state.segments)
    _tell(row, moves, cause)
    return [Put(row), *store.move(row, moves, now)]


def list_members(segment_id: str, limit: int, position: str | None) -> Page[MemberView]:
    """A page of at most `limit` members of a segment by id, after `position`. Raises NotFoundError."""
    find_definition(segment_id)
    # One more member than asked for shows whether there is a next page.
    found = store.members(segment_id, position or "", limit + 1)
    page = [MemberView(customer_id=member.sk, entered_at=member.entered_at) for member in found[:limit]]
    return Page.of(page, page[-1].customer_id if len(found) > limit else None)


def list_segments_of(customer_id: str, limit: int, position: str | None) -> Page[HeldSegmentView]:
    """The segments of a customer. Raises NotFoundError if the customer is unknown or erased."""
    row = find_row(customer_id)
    if row is None or row.erased_at is not None:
        raise NotFoundError("Nothing is known of this customer.")
    ahead = [held for held in row.held or () if held.segment_id > (position or "")]
    page = [HeldSegmentView(segment_id=held.segment_id, entered_at=held.entered_at) for held in ahead[:limit]]
    return Page.of(page, page[-1].segment_id if len(ahead) > limit else None)


def _tell(row: FeatureRow, moves: Moves, cause: Cause) -> None:
    for segment_id in moves.left:
        row.tell(SegmentLeft, cause, about=segment_id)
    for segment_id in moves.entered:
        row.tell(SegmentEntered, cause, about=segment_id)
