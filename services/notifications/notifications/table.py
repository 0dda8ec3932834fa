"""The base of the items in the table of notifications. All items of a customer lie in the customer's partition."""

from __future__ import annotations

from pynamodb.attributes import DiscriminatorAttribute

from shared.items.personal import plain
from shared.items.table import Item, TableMeta
from shared.runtime import settings


class NotificationsItem(Item):
    kind = plain(DiscriminatorAttribute())

    class Meta(TableMeta):
        table_name = settings.table_name("notifications")
