"""How many units DynamoDB charges for a read or a write.

Sources, all of the developer guide: "Read and write operations" (rounding, transactions, failed conditions), "Using
Global Secondary Indexes" (what a write of the table costs in an index), "Managing complex workflows with transactions".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import Final

from tests.meter.dynamodb.sizes import Image, Value, item_size

WRITE_UNIT: Final = 1024  # bytes
READ_UNIT: Final = 4096  # bytes
TABLE: Final = "table"  # where a write's units fall that no index takes

_PREPARED_AND_COMMITTED: Final = 2


class Consistency(Enum):
    """How a read is made; the value is what it costs beside a strongly consistent one."""

    EVENTUAL = 0.5
    STRONG = 1.0
    TRANSACTIONAL = 2.0


@dataclass(frozen=True)
class Index:
    """A global secondary index. `projected` names the attributes beside the keys; None is all of them."""

    name: str
    keys: tuple[str, ...]
    projected: frozenset[str] | None


@dataclass(frozen=True)
class Table:
    """A table's keys and indexes."""

    name: str
    keys: tuple[str, ...]
    indexes: tuple[Index, ...] = ()

    def key_of(self, item: Image) -> dict[str, Value]:
        """The primary key of an item."""
        return {name: item[name] for name in self.keys}

    def index(self, name: str) -> Index:
        """The index of this name."""
        return next(index for index in self.indexes if index.name == name)

    def entry(self, index: Index, item: Image | None) -> Image | None:
        """What of an item lies in an index; None of one without all of the index's keys: indexes are sparse."""
        if item is None or any(name not in item for name in index.keys):
            return None
        if index.projected is None:
            return item
        kept = {*self.keys, *index.keys, *index.projected}
        return {name: value for name, value in item.items() if name in kept}


def write_units(table: Table, before: Image | None, after: Image | None, *, transactional: bool) -> dict[str, int]:
    """Units of one write that succeeded, by where they fall: the table, and each index that it touched.

    The larger of both images counts. A transaction doubles the table's; indexes follow later, and cost the same.
    """
    size = max(item_size(before), item_size(after))
    units = {TABLE: _kilobytes(size) * (_PREPARED_AND_COMMITTED if transactional else 1)}
    for index in table.indexes:
        if touched := index_units(index, table.entry(index, before), table.entry(index, after)):
            units[index.name] = touched
    return units


def index_units(index: Index, before: Image | None, after: Image | None) -> int:
    """Units of an index for a write that turned one entry into the other; none where they are equal."""
    if before == after:
        return 0
    if before is None or after is None:
        return _kilobytes(item_size(before or after))
    if any(before[name] != after[name] for name in index.keys):
        return _kilobytes(item_size(before)) + _kilobytes(item_size(after))  # one to delete, one to put
    return _kilobytes(max(item_size(before), item_size(after)))


def failed_write_units(before: Image | None, *, transactional: bool) -> dict[str, int]:
    """Units of a write whose condition failed: those of the item that is there, of one unit at least; no index."""
    return {TABLE: _kilobytes(item_size(before)) * (_PREPARED_AND_COMMITTED if transactional else 1)}


def check_units(item: Image | None) -> dict[str, int]:
    """Units of a transaction's ConditionCheck: a write in both of its rounds, of what is there."""
    return failed_write_units(item, transactional=True)


def get_units(item: Image | None, consistency: Consistency) -> float:
    """Units of reading one item; one that is not there costs the least."""
    return _pages(item_size(item)) * consistency.value


def query_units(items: Iterable[Image], consistency: Consistency) -> float:
    """Units of one page of a query or scan: all that it read, before filters, is summed and then rounded up."""
    return _pages(sum(map(item_size, items))) * consistency.value


def total(units: Mapping[str, int]) -> int:
    """All units of a write."""
    return sum(units.values())


def _kilobytes(size: int) -> int:
    return max(1, ceil(size / WRITE_UNIT))


def _pages(size: int) -> int:
    return max(1, ceil(size / READ_UNIT))
