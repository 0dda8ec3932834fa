"""The events of memberships, built from the row that carries them."""

from __future__ import annotations

from segments.features.items import FeatureRow
from shared.events.segments import SegmentEntered, SegmentLeft
from shared.items.table import Told


def segment_entered(row: FeatureRow, told: Told) -> SegmentEntered:
    return SegmentEntered(customer_id=row.customer_id, segment_id=told.about)


def segment_left(row: FeatureRow, told: Told) -> SegmentLeft:
    return SegmentLeft(customer_id=row.customer_id, segment_id=told.about)
