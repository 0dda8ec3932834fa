"""The base of the items of segments."""

from __future__ import annotations

from pynamodb.attributes import DiscriminatorAttribute

from shared.items.personal import plain
from shared.items.table import Item
from shared.items.table import TableMeta as SharedMeta
from shared.runtime.settings import table_name


class SegmentsItem(Item):
    """Base of all items of the table."""

    class Meta(SharedMeta):
        """The table."""

        table_name = table_name("segments")

    kind = plain(DiscriminatorAttribute())
