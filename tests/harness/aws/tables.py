"""moto's tables with less work, and what tests do to one behind DynamoDB's back.

Right as long as items are put and deleted whole, never updated in place, and keys are strings, as in every table here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from unittest import mock

from moto.core import DEFAULT_ACCOUNT_ID  # type: ignore[attr-defined]
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamRecord, Table

T = TypeVar("T")

REGION: Final = "us-east-1"
_MOST_BYTES: Final = 405_000  # moto's own bound of an item
_put: Final = Table.put_item
_delete: Final = Table.delete_item
_make: Final = Item.__init__


@contextmanager
def quick_tables() -> Iterator[None]:
    """Let moto do the same with less work, where the profile said that it matters.

    moto copies a whole table for each item of a transaction: the copy shares the partitions until one changes. Keys
    are compared as the strings that they are. An item is measured once, not again for each of its attributes.
    """
    with (
        mock.patch.multiple(
            Table,
            create=True,
            __deepcopy__=_shared,
            put_item=_put_apart,
            delete_item=_delete_apart,
            all_items=_all_items,
            sorted_items=_sorted_items,
        ),
        mock.patch.object(DynamoType, "__eq__", _is_equal),
        mock.patch.object(DynamoType, "__ne__", _is_different),
        mock.patch.object(DynamoType, "__hash__", _hash),
        mock.patch.object(LimitedSizeDict, "__setitem__", dict.__setitem__),
        mock.patch.object(Item, "__init__", _make_measured),
    ):
        yield


def table(name: str) -> Table:
    """A table as moto holds it now; a cancelled transaction replaces it by a copy."""
    return _tables()[name]


@contextmanager
def undone(name: str) -> Iterator[None]:
    """What is written to a table meanwhile was never written."""
    before = copy.deepcopy(table(name))
    try:
        yield
    finally:
        _tables()[name] = before


def multiply(name: str, key: Mapping[str, str], others: Iterable[Mapping[str, str | None]]) -> None:
    """Put copies of a stored item straight into its table: each with these attributes of its own, None for without.

    They share all else, and no stream tells of them.
    """
    held = table(name)
    original = held.items[DynamoType({"S": key["pk"]})][DynamoType({"S": key["sk"]})]
    for own in others:
        item = _copy_with(original, own)
        held.items[item.hash_key][item.range_key] = item


def count(name: str) -> int:
    """How many items a table has."""
    return sum(map(len, table(name).items.values()))


def take_records(name: str) -> list[dict[str, Any]]:
    """What the stream has got since the last time; taken out, for moto would copy it with every transaction."""
    shard = table(name).stream_shard
    assert shard is not None
    records = [record.record for record in shard.items]
    shard.starting_sequence_number += len(records)
    shard.items = []
    # moto remembers every instance that was ever made.
    for kind in (Item, StreamRecord):
        tracked: list[Any] = kind.instances_tracked  # type: ignore[union-attr]
        tracked.clear()
    return records


def _tables() -> dict[str, Table]:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables


def _copy_with(original: Item, own: Mapping[str, str | None]) -> Item:
    item = _twin(original)
    item.attrs = LimitedSizeDict()
    item.attrs.update(original.attrs)
    for name, value in own.items():
        item.attrs.pop(name, None)
        if value is not None:
            item.attrs[name] = DynamoType({"S": value})
    item.hash_key = item.attrs["pk"]
    return item


def _twin(original: T) -> T:
    """A shallow copy that moto does not know of: it keeps all others for as long as it runs."""
    taken = object.__new__(type(original))
    vars(taken).update(vars(original))
    return taken


def _shared(original: Table, memo: dict[int, Any]) -> Table:
    taken = _twin(original)
    taken.items = original.items.copy()
    if original.stream_shard is not None:
        taken.stream_shard = _twin(original.stream_shard)
        taken.stream_shard.table, taken.stream_shard.items = taken, list(original.stream_shard.items)
    return taken


def _put_apart(held: Table, item_attrs: dict[str, Any], *more: Any, **named: Any) -> Item:
    _unshare(held, DynamoType(item_attrs[held.hash_key_attr]))
    return _put(held, item_attrs, *more, **named)


def _make_measured(item: Item, *about: Any, **named: Any) -> None:
    _make(item, *about, **named)
    if item.size() > _MOST_BYTES:
        raise ItemSizeTooLarge


def _delete_apart(held: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    _unshare(held, hash_key)
    return _delete(held, hash_key, range_key)


def _unshare(held: Table, partition: DynamoType) -> None:
    # An empty one too: moto makes it when somebody looks for what is not there.
    if (items := held.items.get(partition)) is not None:
        held.items[partition] = dict(items)


def _all_items(held: Table) -> list[Item]:
    found = [item for items in held.items.values() for item in items.values()]
    return sorted(found, key=lambda item: (item.hash_key.value, item.range_key.value))


def _sorted_items(held: Table, hash_keys: list[str], range_keys: list[str | None], items: list[Item]) -> list[Item]:
    names = [*held._generate_attr_to_sort_by(hash_keys, range_keys)]
    return sorted(items, key=lambda item: tuple(item.attrs[name].cast_value for name in names))


def _is_equal(one: DynamoType, other: object) -> bool:
    if not isinstance(other, DynamoType) or one.type != other.type:
        return False
    return bool(one.value == other.value if one.type == "S" else one.cast_value == other.cast_value)


def _is_different(one: DynamoType, other: object) -> bool:
    return not _is_equal(one, other)


def _hash(one: DynamoType) -> int:
    return hash((one.type, one.value if one.type == "S" else one.cast_value))
