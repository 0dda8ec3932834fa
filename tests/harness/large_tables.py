"""Large tables on moto: what there is besides, put straight into one; and what may be tried on one and then undone.

Right as long as items are put and deleted whole, never updated in place, and keys are strings, as in every table here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from unittest import mock

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

T = TypeVar("T")

_REGION: Final = "us-east-1"
_put: Final = Table.put_item
_delete: Final = Table.delete_item


@contextmanager
def large_tables() -> Iterator[None]:
    """Let a table's copy, which moto makes for each item of a transaction, share the partitions until one changes."""
    with mock.patch.multiple(
        Table,
        create=True,
        __deepcopy__=_shared,
        put_item=_put_apart,
        delete_item=_delete_apart,
        all_items=_all_items,
        sorted_items=_sorted_items,
    ):
        yield


@contextmanager
def undone(name: str) -> Iterator[None]:
    """What is written to a table meanwhile was never written. Only within `large_tables`."""
    tables = _tables()
    before = copy.deepcopy(tables[name])
    try:
        yield
    finally:
        tables[name] = before


def multiply(name: str, key: Mapping[str, str], others: Iterable[Mapping[str, str | None]]) -> None:
    """Put copies of a stored item straight into its table: each with these attributes of its own, None for without.

    They share all else, and no stream tells of them.
    """
    table = _tables()[name]
    original = table.items[DynamoType({"S": key["pk"]})][DynamoType({"S": key["sk"]})]
    for own in others:
        item = _copy_with(original, own)
        table.items[item.hash_key][item.range_key] = item


def count(name: str) -> int:
    """How many items a table has."""
    return sum(map(len, _tables()[name].items.values()))


def _copy_with(original: Item, own: Mapping[str, str | None]) -> Item:
    item = _twin(original)
    item.attrs = LimitedSizeDict()
    # Past its own way of adding, which measures the whole item again for each attribute.
    dict.update(item.attrs, original.attrs)
    for name, value in own.items():
        item.attrs.pop(name, None)
        if value is not None:
            dict.__setitem__(item.attrs, name, DynamoType({"S": value}))
    item.hash_key = item.attrs["pk"]
    return item


def _twin(original: T) -> T:
    """A shallow copy that moto does not know of: it keeps all others for as long as it runs."""
    taken = object.__new__(type(original))
    vars(taken).update(vars(original))
    return taken


def _tables() -> dict[str, Table]:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][_REGION].tables


def _shared(table: Table, memo: dict[int, Any]) -> Table:
    taken = _twin(table)
    taken.items = table.items.copy()
    if table.stream_shard is not None:
        taken.stream_shard = _twin(table.stream_shard)
        taken.stream_shard.table, taken.stream_shard.items = taken, list(table.stream_shard.items)
    return taken


def _put_apart(table: Table, item_attrs: dict[str, Any], *more: Any, **named: Any) -> Item:
    _unshare(table, DynamoType(item_attrs["pk"]))
    return _put(table, item_attrs, *more, **named)


def _delete_apart(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    _unshare(table, hash_key)
    return _delete(table, hash_key, range_key)


def _unshare(table: Table, partition: DynamoType) -> None:
    # An empty one too: moto makes it when somebody looks for what is not there.
    if (held := table.items.get(partition)) is not None:
        table.items[partition] = dict(held)


def _all_items(table: Table) -> list[Item]:
    found = [item for held in table.items.values() for item in held.values()]
    return sorted(found, key=lambda item: (item.hash_key.value, item.range_key.value))


def _sorted_items(table: Table, hash_keys: list[str], range_keys: list[str | None], items: list[Item]) -> list[Item]:
    names = table._generate_attr_to_sort_by(hash_keys, range_keys)
    return sorted(items, key=_by([*names]))


def _by(names: list[str]) -> Callable[[Item], tuple[Any, ...]]:
    return lambda item: tuple(item.attrs[name].cast_value for name in names)
