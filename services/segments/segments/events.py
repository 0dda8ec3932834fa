"""What segments hears and does about each, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from segments.erasure.usecases import erase_customer
from segments.features.items import FeatureRow
from segments.membership.feature_updates import note_order_stats, note_profile
from shared.events.base import EventData
from shared.events.customers import CustomerRegistered, CustomerUpdated, OrderRecorded
from shared.events.privacy import ErasureAnswered, ErasureRequested, Kept
from shared.events.segments import SegmentEntered, SegmentLeft
from shared.inbox import Heard
from shared.outbox import Build
from shared.table import Told


def _hear_profile(heard: Heard[CustomerRegistered] | Heard[CustomerUpdated]) -> None:
    note_profile(heard.data.customer_id, heard.version, heard.data.profile, heard.cause)


def _hear_order(heard: Heard[OrderRecorded]) -> None:
    # An order without a person says nothing of anybody.
    if heard.data.customer_id is not None and heard.data.stats is not None:
        note_order_stats(heard.data.customer_id, heard.data.stats, heard.cause)


def _hear_erasure(heard: Heard[ErasureRequested]) -> None:
    erase_customer(heard.data.request_id, heard.data.customer_id, heard.cause)


def _segment_entered(row: FeatureRow, told: Told) -> SegmentEntered:
    return SegmentEntered(customer_id=row.customer_id, segment_id=told.about)


def _segment_left(row: FeatureRow, told: Told) -> SegmentLeft:
    return SegmentLeft(customer_id=row.customer_id, segment_id=told.about)


def _erasure_answered(tombstone: FeatureRow, _: Told) -> ErasureAnswered:
    return ErasureAnswered(
        request_id=tombstone.request_id,
        customer_id=tombstone.customer_id,
        service="segments",
        erased=tombstone.erased,
        kept=[Kept(what="tombstone", count=1, why="an id and dates, so that late events bring nobody back")],
        answered_at=tombstone.answered_at,
    )


HEARS: Final[Mapping[type[EventData], Callable[[Heard[Any]], None]]] = {
    CustomerRegistered: _hear_profile,
    CustomerUpdated: _hear_profile,
    OrderRecorded: _hear_order,
    ErasureRequested: _hear_erasure,
}

TELLS: Final[Mapping[type[EventData], Build]] = {
    SegmentEntered: _segment_entered,
    SegmentLeft: _segment_left,
    ErasureAnswered: _erasure_answered,
}
