"""Stores memberships, and finds members and due rows over all shards."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from operator import attrgetter

from segments.features.items import FeatureRow, HeldPart
from segments.membership.items import Membership, members_partition
from segments.membership.rules import Moves
from shared.items.keys import SHARDS, shard_of
from shared.items.table import Delete, Put, Write
from shared.jobs import rows_due


def held_by(row: FeatureRow) -> list[str]:
    """The ids of the segments that a row holds."""
    return [held.segment_id for held in row.held or ()]


def move(row: FeatureRow, moves: Moves, at: datetime) -> list[Write]:
    """Put the moves on the row. Returns the writes of the memberships, for the transaction that writes the row."""
    stays = [held for held in row.held or () if held.segment_id not in moves.left]
    enters = [HeldPart(segment_id=segment_id, entered_at=at) for segment_id in moves.entered]  # type: ignore[no-untyped-call]
    row.held = sorted([*stays, *enters], key=attrgetter("segment_id")) or None
    return [
        *(Delete(Membership.stored(segment_id, row.customer_id)) for segment_id in moves.left),
        *(Put(Membership.entered(segment_id, row.customer_id, at)) for segment_id in moves.entered),
    ]


def due_on(row: FeatureRow) -> date | None:
    """The day of the row's next evaluation."""
    return date.fromisoformat(row.due_on) if row.due_on else None


def set_due(row: FeatureRow, day: date | None) -> None:
    """Set the row's due day. Without a due day the row is in no index."""
    row.due_on = day.isoformat() if day else None
    row.due_shard = shard_of(row.customer_id) if day else None


def members(segment_id: str, after: str, limit: int) -> list[Membership]:
    """At most `limit` members with ids after `after`, by id. Asks each shard for `limit` members."""
    shards = [
        Membership.query(
            members_partition(segment_id, shard), Membership.sk > after if after else None, limit=limit, page_size=limit
        )
        for shard in SHARDS
    ]
    return list(islice(heapq.merge(*shards, key=attrgetter("sk")), limit))


def customers_due(today: date) -> Iterator[str]:
    """The customers whose rows are due by `today`, the longest due first, read as they are consumed."""
    for row in rows_due(FeatureRow.rows_due, FeatureRow.due_on, today.isoformat()):
        yield row.customer_id
