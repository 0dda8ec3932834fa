"""Decisions about accounts that need nothing but the account."""

from __future__ import annotations

import zlib
from typing import Final

# How many partitions the list of all customers is spread over. More makes a page dearer, fewer makes a partition
# hotter: one takes 1,000 writes a second (DynamoDB quota), so four take 4,000 registrations a second. It cannot change
# without writing every profile again.
SHARDS: Final = 4

# What customers change of themselves; status and e-mail need somebody who checks.
OWN_FIELDS: Final = frozenset({"first_name", "last_name", "phone", "locale"})


def shard_of(customer_id: str) -> str:
    """The partition of the list in which a customer stands; the same for ever."""
    return str(zlib.crc32(customer_id.encode()) % SHARDS)


def all_shards() -> list[str]:
    """Every partition of the list."""
    return [str(number) for number in range(SHARDS)]


def fields_not_own(fields: set[str]) -> list[str]:
    """Those of the fields that customers may not change of themselves, in order."""
    return sorted(fields - OWN_FIELDS)


def stays_verified(old_email: str | None, new_email: str | None, *, verified: bool) -> bool:
    """Whether the e-mail still counts as verified after a change that says nothing of it."""
    return verified and old_email == new_email
