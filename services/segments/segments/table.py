"""The base of the items of segments, and how its partitions are named and spread."""

from __future__ import annotations

import zlib
from typing import Final

from pynamodb.attributes import DiscriminatorAttribute

from shared.settings import table_name
from shared.table import Item
from shared.table import TableMeta as SharedMeta

# A list over all customers asks every shard; four take 4,000 writes a second (DynamoDB: 1,000 a partition).
# Another number moves customers to other shards: it needs all memberships and due rows written anew.
SHARDS: Final = 4

_CUSTOMER: Final = "CUSTOMER#"


class SegmentsItem(Item):
    """Base of all items of the table."""

    class Meta(SharedMeta):
        """The table."""

        table_name = table_name("segments")

    kind = DiscriminatorAttribute()


def customer_partition(customer_id: str) -> str:
    """The partition of what is one customer's own."""
    return f"{_CUSTOMER}{customer_id}"


def customer_in(partition: str) -> str:
    """The customer whose partition it is."""
    return partition.removeprefix(_CUSTOMER)


def shard_of(customer_id: str) -> int:
    """The shard that a customer always falls into."""
    return zlib.crc32(customer_id.encode()) % SHARDS
