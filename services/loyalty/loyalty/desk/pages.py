"""Pages of lists over all customers: their rows lie in a sharded index, and each page asks every shard."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex

from loyalty.ledger.items import ACCOUNT
from loyalty.points.items import PointsAccount
from shared.items.batches import find_all
from shared.items.keys import SHARDS, customer_partition
from shared.items.table import I

M = TypeVar("M", bound=Any)

Key = tuple[str, str]


@dataclass(frozen=True)
class Rows:
    """The keys of the rows of a page, in the list's order, and the position of the next page; None after the last."""

    keys: list[Key]
    next_position: str | None


def rows_of(
    index: GlobalSecondaryIndex[M],
    sorted_by: UnicodeAttribute,
    shards: Sequence[str],
    *,
    after: str | None,
    limit: int,
    ascending: bool = False,
    least: str = "",
) -> Rows:
    """A page of an index whose sort key is different in each row, and above `least`.

    The index may lag behind the table a moment.
    """
    begin = max(after or "", least) if ascending else after
    beyond = None if not begin else sorted_by > begin if ascending else sorted_by < begin
    # Rows are spread evenly: a page seldom needs more from one shard than twice its share.
    share = 2 * limit // len(SHARDS) + 1
    found = [
        index.query(shard, beyond, scan_index_forward=ascending, limit=limit + 1, page_size=share) for shard in shards
    ]
    place = attrgetter(sorted_by.attr_name)
    merged = heapq.merge(*found, key=place, reverse=not ascending)
    rows = list(islice(takewhile(lambda row: place(row) > least, merged), limit + 1))
    page = rows[:limit]
    return Rows([(row.pk, row.sk) for row in page], place(page[-1]) if len(rows) > limit else None)


def find_in_order(kind: type[I], keys: Sequence[Key], *, consistent_read: bool = True) -> list[I]:
    """The items under these keys that are there, in this order."""
    found = {(item.pk, item.sk): item for item in find_all(kind, keys, consistent_read=consistent_read)}
    return [found[key] for key in keys if key in found]


class _Owned(Protocol):
    @property
    def customer_id(self) -> Any: ...


O = TypeVar("O", bound=_Owned)  # noqa: E741


def with_owners(items: Sequence[O]) -> list[tuple[O, PointsAccount]]:
    """The items of those who are there, each with its owner's account of points: of a merged one, the survivor's.

    An erasure and a merge end the account of points first, and go on to the rest after it.
    """
    owners = _owners_of(item.customer_id for item in items)
    return [(item, owners[item.customer_id]) for item in items if item.customer_id in owners]


def _owners_of(customer_ids: Iterable[str]) -> Mapping[str, PointsAccount]:
    """The account that each of these customers has now, read consistently: of a merged one, the survivor's.

    Who was erased, or is not known, is left out.
    """
    asked = set(customer_ids)
    found: dict[str, PointsAccount] = {}
    missing = asked
    while missing:
        accounts = find_all(PointsAccount, [(customer_partition(each), ACCOUNT) for each in sorted(missing)])
        found |= {account.customer_id: account for account in accounts}
        missing = {account.merged_into for account in accounts if account.merged_into} - found.keys()
    owners = {customer_id: _survivor(found, customer_id) for customer_id in asked}
    return {customer_id: owner for customer_id, owner in owners.items() if owner and not owner.is_closed}


def _survivor(found: Mapping[str, PointsAccount], customer_id: str) -> PointsAccount | None:
    account = found.get(customer_id)
    while account and account.merged_into:
        account = found.get(account.merged_into)
    return account
