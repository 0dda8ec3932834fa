"""The one table of the service: base of its items, and its receipts.

What belongs to one customer shares the partition `CUSTOMER#<id>`; a request is `REQUEST#<id>` and may be read
without knowing whom it is about.
"""

from __future__ import annotations

from pynamodb.attributes import DiscriminatorAttribute

from shared.http import ReceiptMixin
from shared.items.personal import plain
from shared.items.table import Item, TableMeta
from shared.runtime.settings import table_name


class PrivacyItem(Item):
    """Base of all items of the table."""

    class Meta(TableMeta):
        table_name = table_name("privacy")

    kind = plain(DiscriminatorAttribute())


class Receipt(PrivacyItem, ReceiptMixin, discriminator="receipt"):
    """The first answer to a request that carried an Idempotency-Key."""
