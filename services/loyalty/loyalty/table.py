"""The base of the table's items, and the attributes that only loyalty has.

A customer's own things share the partition `CUSTOMER#<id>`. Ledger entries do not lie there: their keys are made of
what caused them, whatever account they fall to.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from pynamodb.attributes import Attribute, DiscriminatorAttribute
from pynamodb.constants import NUMBER, STRING

from shared.http import ReceiptMixin
from shared.items.personal import plain
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
