"""Forgets a person: the row becomes a tombstone, then the memberships go, then the answer is given.

The tombstone comes first and stops everything: a membership is only ever written together with its row. Each step
can be made again, so a redelivery resumes wherever a crash left it, and a request heard again is answered again.
SegmentLeft is not told of the memberships: the service that cares forgets the person itself.
"""

from __future__ import annotations

from typing import Final

from segments.definitions.ready_made import READY_MADE
from segments.features.items import FeatureRow
from segments.features.store import find_row
from segments.membership import store
from segments.membership.items import Membership
from shared import clock
from shared.erasure import write_answer
from shared.events.privacy import ErasureRequested, Kept
from shared.items.batches import delete_all
from shared.items.table import Put, commit, retry_lost_races
from shared.items.tombstones import remains_of
from shared.messages.cause import Cause
from shared.messages.dead_letters import sweep_dead_letters

KEPT: Final = Kept(what="tombstone", count=1, why="an id and dates, so that late events bring nobody back")


def erase_customer(request: ErasureRequested, cause: Cause) -> None:
    """Erase all that is known of a customer, and answer the request."""
    customer_id = request.customer_id
    retry_lost_races(lambda: _suppress(customer_id))
    _erase_rest(customer_id)
    swept = sweep_dead_letters(customer_id)
    retry_lost_races(lambda: _answer(request, swept, cause))


def forget_merged(customer_id: str) -> None:
    """Erase all that is known of a merged customer, and answer nobody.

    The survivor's stats come with the orders, which customers tells again.
    """
    retry_lost_races(lambda: _suppress(customer_id))
    _erase_rest(customer_id)


def _suppress(customer_id: str) -> None:
    """Put a tombstone in the row's place, which remembers how much there was; made even where there was no row."""
    row = find_row(customer_id) or FeatureRow.of(customer_id)
    if row.erased_at is not None:
        return
    segments = store.held_by(row)
    tombstone = remains_of(row)
    tombstone.erased_at = clock.now()
    tombstone.erased = {"feature_rows": 0 if row.version is None else 1, "memberships": len(segments)}
    tombstone.clearing = segments or None
    commit(Put(tombstone))


def _erase_rest(customer_id: str) -> None:
    """Delete those the row named, and any in today's segments: deleting what is not there does no harm."""
    segments = sorted({*(_tombstone(customer_id).clearing or ()), *READY_MADE})
    delete_all([Membership.stored(segment_id, customer_id) for segment_id in segments])


def _answer(request: ErasureRequested, swept: int, cause: Cause) -> None:
    tombstone = _tombstone(request.customer_id)
    tombstone.clearing, tombstone.answered_at = None, clock.now()
    write_answer(tombstone, request, swept, cause)


def _tombstone(customer_id: str) -> FeatureRow:
    tombstone = find_row(customer_id)
    if tombstone is None:
        message = "a tombstone is never removed"
        raise AssertionError(message)
    return tombstone
