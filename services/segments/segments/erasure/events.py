"""The answer to an erasure, built from the tombstone that carries it."""

from __future__ import annotations

from segments.features.items import FeatureRow
from shared.events.privacy import ErasureAnswered, Kept
from shared.table import Told


def erasure_answered(tombstone: FeatureRow, _: Told) -> ErasureAnswered:
    return ErasureAnswered(
        request_id=tombstone.request_id,
        customer_id=tombstone.customer_id,
        service="segments",
        erased=tombstone.erased,
        kept=[Kept(what="tombstone", count=1, why="an id and dates, so that late events bring nobody back")],
        answered_at=tombstone.answered_at,
    )
