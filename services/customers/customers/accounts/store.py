"""Reads of accounts."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator

from customers.accounts.items import SK, AccountItem, MergedProfile, ProfileItem
from shared.errors import NotFoundError
from shared.items.keys import SHARDS, customer_partition
from shared.items.table import find


def find_account(customer_id: str) -> AccountItem | None:
    """The account, or its tombstone. Of a merged customer, the survivor's."""
    account = find_own_account(customer_id)
    while isinstance(account, MergedProfile):
        account = find_own_account(account.merged_into)
    return account


def find_own_account(customer_id: str) -> AccountItem | None:
    """What stands under this very id, even if the customer was merged."""
    return find(AccountItem, customer_partition(customer_id), SK)


def get_profile(customer_id: str) -> ProfileItem:
    """The profile. Raises NotFoundError if there is none, or if the customer was erased."""
    account = find_account(customer_id)
    if not isinstance(account, ProfileItem):
        raise NotFoundError
    return account


def list_newest(limit: int, before: str | None) -> tuple[list[ProfileItem], str | None]:
    """A page of all accounts, and the start of the next page. Asks every shard for its share, or for more if needed."""
    newest = [_newest_of(shard, limit + 1, before) for shard in SHARDS]
    merged = heapq.merge(*newest, key=lambda profile: profile.listed_at, reverse=True)
    # One more row than asked for shows whether there is a next page. The rows after it are never read.
    found = list(itertools.islice(merged, limit + 1))
    page = found[:limit]
    return page, page[-1].listed_at if len(found) > limit else None


def _newest_of(shard: str, limit: int, before: str | None) -> Iterator[ProfileItem]:
    earlier = ProfileItem.listed_at < before if before else None
    # Customers are spread evenly: one page of fifty in 10,000 needs more from one shard than twice its share.
    share = 2 * limit // len(SHARDS) + 1
    return ProfileItem.by_registration.query(shard, earlier, scan_index_forward=False, limit=limit, page_size=share)
