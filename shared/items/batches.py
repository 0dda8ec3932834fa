"""Reads and writes of many items in a few calls.

DynamoDB may leave a part of a batch undone, and asks for a pause before that part comes again. PynamoDB's own batches
send it again at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from shared.items.table import BusyError, I, Item, retry_busy

# DynamoDB service quotas.
_LARGEST_WRITE: Final = 25
_LARGEST_READING: Final = 100

T = TypeVar("T")
# The key of an item in DynamoDB's form. PynamoDB's types have a text here, which is wrong.
_Key = Any


def delete_all(items: Sequence[Item]) -> int:
    """Delete items of one table, whatever their version (an erasure); how many there were.

    Raises BusyError when DynamoDB leaves some to the end. Another call deletes the rest.
    """
    for some in _batches(items, _LARGEST_WRITE):
        _write(type(some[0]), [], [_key(item.pk, item.sk) for item in some])
    return len(items)


def put_all(items: Sequence[Item]) -> None:
    """Write items of one table whole, whatever their version: for items that nobody else changes any more.

    Raises BusyError when DynamoDB leaves some to the end.
    """
    for some in _batches(items, _LARGEST_WRITE):
        _write(type(some[0]), [item.serialize() for item in some], [])


def find_all(kind: type[I], keys: Iterable[tuple[str, str]], *, consistent_read: bool = True) -> list[I]:
    """The items under these keys that are there, in no order. Raises BusyError when DynamoDB leaves some to the end."""
    found: list[I] = []
    for some in _batches(list(dict.fromkeys(keys)), _LARGEST_READING):
        found += _read(kind, [_key(pk, sk) for pk, sk in some], consistent_read=consistent_read)
    return found


def _write(kind: type[Item], puts: list[Any], deletions: list[_Key]) -> None:
    def write() -> None:
        answer = kind._get_connection().batch_write_item(put_items=puts, delete_items=deletions)  # noqa: SLF001
        left = answer.get("UnprocessedItems", {}).get(kind.Meta.table_name, ())
        puts[:] = [each["PutRequest"]["Item"] for each in left if "PutRequest" in each]
        deletions[:] = [each["DeleteRequest"]["Key"] for each in left if "DeleteRequest" in each]
        if left:
            raise BusyError

    retry_busy(write)


def _read(kind: type[I], keys: list[_Key], *, consistent_read: bool) -> list[I]:
    found: list[I] = []

    def read() -> None:
        answer = kind._get_connection().batch_get_item(keys, consistent_read=consistent_read)  # noqa: SLF001
        found.extend(map(kind.from_raw_data, answer["Responses"][kind.Meta.table_name]))
        keys[:] = answer.get("UnprocessedKeys", {}).get(kind.Meta.table_name, {}).get("Keys", ())
        if keys:
            raise BusyError

    retry_busy(read)
    return found


def _batches(whole: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (whole[first : first + size] for first in range(0, len(whole), size))


def _key(pk: str, sk: str) -> _Key:
    return {"pk": {"S": pk}, "sk": {"S": sk}}
