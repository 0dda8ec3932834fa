"""The keys that all tables share: a customer's partition, and the shards of indexes over all customers."""

from __future__ import annotations

import zlib
from typing import Final

# A list over all customers asks every shard. More shards make a page dearer, fewer make a partition hotter. One
# partition takes 1,000 writes a second (DynamoDB quota), so four take 4,000. A new number of shards means that every
# item with a shard must be written again.
SHARDS: Final = ("0", "1", "2", "3")

_CUSTOMER: Final = "CUSTOMER#"


def customer_partition(customer_id: str) -> str:
    """The partition of one customer's own items, with the same name in every service's table."""
    return f"{_CUSTOMER}{customer_id}"


def customer_in(partition: str) -> str:
    """The id of the customer whose partition it is."""
    return partition.removeprefix(_CUSTOMER)


def shard_of(item_id: str) -> str:
    """The shard of an id: always the same."""
    return SHARDS[zlib.crc32(item_id.encode()) % len(SHARDS)]
