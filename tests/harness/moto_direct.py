"""moto's DynamoDB without the way through HTTP: the same engine, some ten times as fast.

A call that moto refuses is made once more the long way, so that the error is the one botocore makes of it. Nothing
is written by a refused call, so the second is refused alike.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamRecord, Table
from moto.dynamodb.responses import DynamoHandler
from moto.s3.models import s3_backends

REGION: Final = "us-east-1"

_METHODS: Final[Mapping[str, str]] = {
    "GetItem": "get_item",
    "PutItem": "put_item",
    "DeleteItem": "delete_item",
    "Query": "query",
    "BatchGetItem": "batch_get_item",
    "BatchWriteItem": "batch_write_item",
    "TransactWriteItems": "transact_write_items",
}


def call(operation: str, params: Mapping[str, Any], the_long_way: Callable[[], Any]) -> Any:
    """Make a DynamoDB call."""
    method = _METHODS.get(operation)
    if method is None:
        return the_long_way()
    handler = DynamoHandler()
    handler.region, handler.current_account, handler.body = REGION, DEFAULT_ACCOUNT_ID, dict(params)
    try:
        return getattr(handler, method)().result
    except Exception:  # noqa: BLE001  # whatever it is, botocore says it in its own way
        return the_long_way()


def table(name: str) -> Table:
    """A table as moto holds it now; a cancelled transaction replaces it by a copy."""
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[name]


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


def stored_objects() -> Iterator[tuple[str, str]]:
    """What all buckets hold: names and texts."""
    for bucket in s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.values():
        for key in bucket.keys.values():
            yield f"{bucket.name}/{key.name}", key.value.decode(errors="replace")


@contextmanager
def quick_tables() -> Iterator[None]:
    """Let moto do the same with less work, where the profile said that it matters.

    A copy before a transaction shares the items, for Regulars puts and deletes them, and changes none. Keys, which are
    strings in every table, are compared as such. An item is not measured again for each of its attributes.
    """
    with (
        patch.object(Table, "__deepcopy__", _copy, create=True),
        patch.object(Table, "all_items", _all_items),
        patch.object(DynamoType, "__eq__", _is_equal),
        patch.object(LimitedSizeDict, "__setitem__", dict.__setitem__),
    ):
        yield


def _all_items(self: Table) -> list[Item]:
    items = [item for held in self.items.values() for item in held.values()]
    return sorted(items, key=lambda item: (item.hash_key.value, item.range_key.value if item.range_key else ""))


def _is_equal(self: DynamoType, other: object) -> bool:
    if not isinstance(other, DynamoType) or self.type != other.type:
        return False
    return bool(self.value == other.value if self.type == "S" else self.cast_value == other.cast_value)


def _copy(original: Table, memo: dict[int, Any]) -> Table:
    new = copy.copy(original)
    new.items = type(original.items)(original.items.default_factory)
    new.items.update({key: dict(held) for key, held in original.items.items()})
    if original.stream_shard is not None:
        new.stream_shard = copy.copy(original.stream_shard)
        new.stream_shard.items = list(original.stream_shard.items)
        new.stream_shard.table = new
    return new
