"""The table of customers: the base of its items, and its receipts."""

from __future__ import annotations

from typing import TypeVar

from pynamodb.attributes import DiscriminatorAttribute

from shared.http import ReceiptMixin
from shared.items.personal import plain
from shared.items.table import Item, TableMeta
from shared.runtime.settings import table_name


class CustomersItem(Item):
    """Base of all items of this table."""

    kind = plain(DiscriminatorAttribute())

    class Meta(TableMeta):
        table_name = table_name("customers")


C = TypeVar("C", bound=CustomersItem)


def instead_of(before: CustomersItem | None, item: C) -> C:
    """Set the new item to replace `before` at the version at which `before` was read."""
    if before is not None and before.version is not None:
        item.version = before.version
    return item


class Receipt(CustomersItem, ReceiptMixin, discriminator="receipt"):
    """The answer to a request that came with an Idempotency-Key."""
