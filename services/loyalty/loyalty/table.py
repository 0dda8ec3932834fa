"""The base of the table's items, and the attributes that only loyalty has.

A customer's own things share the partition `CUSTOMER#<id>`. Ledger entries do not lie there: their keys are made of
what caused them, whatever account they fall to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from pynamodb.attributes import Attribute, DiscriminatorAttribute
from pynamodb.constants import STRING

from shared import settings
from shared.http import ReceiptMixin
from shared.table import Item, TableMeta


class LoyaltyItem(Item):
    """Base of all items of this table."""

    class Meta(TableMeta):
        table_name = settings.table_name("loyalty")

    kind = DiscriminatorAttribute()


class Receipt(LoyaltyItem, ReceiptMixin, discriminator="receipt"):
    """The answer to a request that carried an Idempotency-Key, in the customer's partition."""


class DateAttribute(Attribute[date]):
    """A date as ISO 8601 text, which sorts by time."""

    attr_type = STRING

    def serialize(self, value: date) -> str:
        return value.isoformat()

    def deserialize(self, value: str) -> date:
        return date.fromisoformat(value)


class LotsAttribute(Attribute[Mapping[date, int]]):
    """Points by expiry date, as one compact JSON text: an item pays for its length."""

    attr_type = STRING

    def serialize(self, value: Mapping[date, int]) -> str:
        return json.dumps({day.isoformat(): value[day] for day in sorted(value)}, separators=(",", ":"))

    def deserialize(self, value: str) -> Mapping[date, int]:
        read: dict[str, Any] = json.loads(value)
        return {date.fromisoformat(day): points for day, points in read.items()}
