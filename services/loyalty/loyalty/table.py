"""The base of the table's items, and the attributes that only loyalty has.

A customer's own things share the partition `CUSTOMER#<id>`. Ledger entries do not lie there: their keys are made of
what caused them, whatever account they fall to.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from pynamodb.attributes import Attribute, DiscriminatorAttribute, UnicodeAttribute
from pynamodb.constants import NUMBER, STRING
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb.models import Model

from shared.http import ReceiptMixin
from shared.items.keys import SHARDS, shard_of
from shared.items.personal import DROP, Export, personal, plain
from shared.items.table import Item, TableMeta
from shared.runtime import settings

V = TypeVar("V")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)


class LoyaltyItem(Item):
    """Base of all items of this table."""

    class Meta(TableMeta):
        table_name = settings.table_name("loyalty")

    kind = plain(DiscriminatorAttribute())


class Listed(Model):
    """Mixed into items that a list over all customers shows: their place in it, while they are in it.

    An index of its own would cost the table more. So lists share the index of due accounts, in shards of their own:
    see `shards_of`. `due_at` is different in each item of a list, and the list is sorted by it.
    """

    due_shard = personal(UnicodeAttribute(null=True), "user.behavior", DROP, export=Export.LEFT_OUT)
    due_at = personal(UnicodeAttribute(null=True), "user.behavior", DROP, export=Export.LEFT_OUT)

    def enlist(self, name: str, item_id: str, place: str) -> None:
        """Put the item into a list, at a place that no other item of the list has; its id decides the shard."""
        self.due_shard, self.due_at = f"{name}#{shard_of(item_id)}", place

    def unlist(self) -> None:
        """Take the item from its list."""
        self.due_shard = self.due_at = None


class Lists(GlobalSecondaryIndex[Any]):
    """The lists over all customers, each in shards of its own."""

    class Meta:
        index_name = "due_accounts"
        projection = IncludeProjection(["kind"])

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


def shards_of(name: str) -> tuple[str, ...]:
    """The shards of a list in the index of due accounts."""
    return tuple(f"{name}#{shard}" for shard in SHARDS)


class Receipt(LoyaltyItem, ReceiptMixin, discriminator="receipt"):
    """The answer to a request that carried an Idempotency-Key, in the customer's partition."""


class DateAttribute(Attribute[date]):
    """A date as ISO 8601 text, which sorts by time."""

    attr_type = STRING

    def serialize(self, value: date) -> str:
        return value.isoformat()

    def deserialize(self, value: str) -> date:
        return date.fromisoformat(value)


class MomentAttribute(Attribute[datetime]):
    """A moment in UTC as whole microseconds since 1970: a third of what its text takes."""

    attr_type = NUMBER

    def serialize(self, value: datetime) -> str:
        return str((value - _EPOCH) // _TICK)

    def deserialize(self, value: str) -> datetime:
        return _EPOCH + int(value) * _TICK


class TextAttribute(Attribute[V]):
    """A value as one compact JSON text: an item pays for its length, and a map for each name and type in it."""

    attr_type = STRING

    def __init__(self, write: Callable[[V], Any], read: Callable[[Any], V], **options: Any) -> None:
        super().__init__(**options)
        self._write = write
        self._read = read

    def serialize(self, value: V) -> str:
        return json.dumps(self._write(value), separators=(",", ":"))

    def deserialize(self, value: str) -> V:
        return self._read(json.loads(value))


def write_days(days: tuple[date, ...]) -> list[str]:
    """The stored form of days in a TextAttribute."""
    return [day.isoformat() for day in days]


def read_days(written: list[str]) -> tuple[date, ...]:
    return tuple(map(date.fromisoformat, written))
