"""Cheap transactions on moto, which copies a whole table for each of a transaction's items before it begins."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from moto.dynamodb.models.table import Table


@contextmanager
def cheap_transactions() -> Iterator[None]:
    """Let a table's copy share its items. Right as long as items are put and deleted whole, never updated in place."""
    with mock.patch.object(Table, "__deepcopy__", _snapshot, create=True):
        yield


def _snapshot(table: Table, memo: dict[int, Any]) -> Table:
    taken = copy.copy(table)
    taken.items = defaultdict(dict, {key: dict(items) for key, items in table.items.items()})
    if table.stream_shard is not None:
        taken.stream_shard = copy.copy(table.stream_shard)
        taken.stream_shard.table, taken.stream_shard.items = taken, list(table.stream_shard.items)
    return taken
