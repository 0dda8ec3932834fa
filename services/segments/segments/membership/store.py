"""Remembers memberships, and finds members and due rows over all shards."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from operator import attrgetter
from typing import Final

from segments.features.items import FeatureRow, HeldPart
from segments.membership.items import Membership, members_partition
from segments.membership.rules import Moves
from shared.keys import SHARDS, shard_of
from shared.table import Delete, Put, Write

# Key-only entries of about 150 bytes: a page of the index is then some 30 KB, and little is read in vain at a stop.
_DUE_A_PAGE: Final = 200


def held_by(row: FeatureRow) -> list[str]:
    """The segments that a row says its customer belongs to."""
    return [held.segment_id for held in row.held or ()]


def move(row: FeatureRow, moves: Moves, at: datetime) -> list[Write]:
    """Put the moves on the row; the writes of the memberships, to be made with the row's own."""
    stays = [held for held in row.held or () if held.segment_id not in moves.left]
    enters = [HeldPart(segment_id=segment_id, entered_at=at) for segment_id in moves.entered]  # type: ignore[no-untyped-call]
    row.held = sorted([*stays, *enters], key=attrgetter("segment_id")) or None
    return [
        *(Delete(Membership.stored(segment_id, row.customer_id)) for segment_id in moves.left),
        *(Put(Membership.entered(segment_id, row.customer_id, at)) for segment_id in moves.entered),
    ]


def due_on(row: FeatureRow) -> date | None:
    """The day on which the row is to be looked at again."""
    return date.fromisoformat(row.due_on) if row.due_on else None


def set_due(row: FeatureRow, day: date | None) -> None:
    """Put the row's due day on it; without one it is in no index."""
    row.due_on = day.isoformat() if day else None
    row.due_shard = shard_of(row.customer_id) if day else None


def members(segment_id: str, after: str, limit: int) -> list[Membership]:
    """At most `limit` members whose ids come after `after`, by id. Each shard is asked for as many."""
    shards = [
        Membership.query(
            members_partition(segment_id, shard), Membership.sk > after if after else None, limit=limit, page_size=limit
        )
        for shard in SHARDS
    ]
    return list(islice(heapq.merge(*shards, key=attrgetter("sk")), limit))


def customers_due(today: date) -> Iterator[str]:
    """The customers whose rows are due by `today`, the longest due first, read as they are consumed.

    The index lags behind the table a little: the row says whether it is due still.
    """
    shards = [
        FeatureRow.rows_due.query(shard, FeatureRow.due_on <= today.isoformat(), page_size=_DUE_A_PAGE)
        for shard in SHARDS
    ]
    for row in heapq.merge(*shards, key=attrgetter("due_on")):
        yield row.customer_id
