"""A membership as it lies in the table: `SEGMENT#<segment>#<shard>` / `<customer>`."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pynamodb.attributes import UTCDateTimeAttribute

from segments.table import SegmentsItem
from shared.items.keys import shard_of
from shared.items.personal import DROP, personal

# Memberships are written once and deleted, never changed; the row, in the same transaction, says that they are there.
_ONLY_VERSION: Final = 1


class Membership(SegmentsItem, discriminator="membership"):
    """One customer in one segment; the row holds the same, so that one read answers for one customer."""

    entered_at = personal(UTCDateTimeAttribute(), "user.demographic.profile", DROP)

    @classmethod
    def entered(cls, segment_id: str, customer_id: str, entered_at: datetime) -> Membership:
        """A fresh membership, not stored yet."""
        return cls(members_partition(segment_id, shard_of(customer_id)), customer_id, entered_at=entered_at)

    @classmethod
    def stored(cls, segment_id: str, customer_id: str) -> Membership:
        """One that is known to be stored, to be deleted without reading it."""
        return cls(members_partition(segment_id, shard_of(customer_id)), customer_id, version=_ONLY_VERSION)


def members_partition(segment_id: str, shard: str) -> str:
    """The partition of a segment's members of one shard."""
    return f"SEGMENT#{segment_id}#{shard}"
