"""How all tables name a customer's partition, and how what has no partition of its own is spread over shards."""

from __future__ import annotations

import zlib
from typing import Final

# A list over all customers asks every shard: more make a page dearer, fewer make a partition hotter. One partition
# takes 1,000 writes a second (DynamoDB quota), so four take 4,000. Another number needs everything that lies in
# shards written anew.
SHARDS: Final = ("0", "1", "2", "3")

_CUSTOMER: Final = "CUSTOMER#"


def customer_partition(customer_id: str) -> str:
    """The partition of what is one customer's own, which every service's table names alike."""
    return f"{_CUSTOMER}{customer_id}"


def customer_in(partition: str) -> str:
    """The customer whose partition it is."""
    return partition.removeprefix(_CUSTOMER)


def shard_of(item_id: str) -> str:
    """The shard that an id always falls into."""
    return SHARDS[zlib.crc32(item_id.encode()) % len(SHARDS)]
