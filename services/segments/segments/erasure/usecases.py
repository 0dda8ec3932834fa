"""Forgets a person: the row becomes a tombstone, then the memberships go, then the answer is given.

The tombstone comes first and stops everything: a membership is only ever written together with its row. Each step
can be made again, so a redelivery resumes wherever a crash left it, and a request heard again is answered again.
SegmentLeft is not told of the memberships: the service that cares forgets the person itself.
"""

from __future__ import annotations

from segments.definitions.ready_made import READY_MADE
from segments.features.items import FeatureRow
from segments.features.store import find_row
from segments.membership import store
from segments.membership.items import Membership
from shared import clock
from shared.cause import Cause
from shared.dead_letters import sweep_dead_letters
from shared.events.privacy import ErasureAnswered
from shared.table import Put, commit, delete_all, retry_lost_races


def erase_customer(request_id: str, customer_id: str, cause: Cause) -> None:
    """Erase all that is known of a customer, and answer the request."""
    retry_lost_races(lambda: _entomb(customer_id))
    _delete_memberships(customer_id)
    swept = sweep_dead_letters(customer_id)
    retry_lost_races(lambda: _answer(request_id, customer_id, swept, cause))


def _entomb(customer_id: str) -> None:
    """Turn the row into its tombstone, which remembers how much there was; made even where there was no row."""
    row = find_row(customer_id) or FeatureRow.of(customer_id)
    if row.erased_at is not None:
        return
    segments = store.held_by(row)
    row.erased = {"feature_rows": 0 if row.version is None else 1, "memberships": len(segments), "dead_letters": 0}
    row.clearing = segments or None
    row.erased_at = clock.now()
    row.profile_version = row.registered_at = row.status = row.stats = row.held = None
    store.set_due(row, None)
    commit(Put(row))


def _delete_memberships(customer_id: str) -> None:
    """Delete those the row named, and any in today's segments: deleting what is not there does no harm."""
    segments = sorted({*(_tombstone(customer_id).clearing or ()), *READY_MADE})
    delete_all([Membership.stored(segment_id, customer_id) for segment_id in segments])


def _answer(request_id: str, customer_id: str, swept: int, cause: Cause) -> None:
    tombstone = _tombstone(customer_id)
    counts = tombstone.erased or {}
    tombstone.erased = {**counts, "dead_letters": counts.get("dead_letters", 0) + swept}
    tombstone.clearing = None
    tombstone.request_id = request_id
    tombstone.answered_at = clock.now()
    tombstone.tell(ErasureAnswered, cause)
    commit(Put(tombstone))


def _tombstone(customer_id: str) -> FeatureRow:
    tombstone = find_row(customer_id)
    if tombstone is None:
        message = "a tombstone is never removed"
        raise AssertionError(message)
    return tombstone
