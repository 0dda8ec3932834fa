"""Reads and writes the anchors of days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from loyalty.anchors.items import Anchor, Anchors, DayAnchors, partition_of
from shared.items.batches import put_all
from shared.items.keys import customer_partition

# Before any day, as the sort keys of anchors sort.
BEGINNING: Final = "0"


def write_anchors(day: date, page: str, anchors: Anchors) -> None:
    """Store the anchors of a page of a day's entries. The same page again stores the same."""
    buckets: dict[str, dict[str, Anchor]] = {}
    for name, anchor in anchors.items():
        buckets.setdefault(partition_of(customer_partition(name.partition("#")[0])), {})[name] = anchor
    put_all([DayAnchors(bucket, f"{day}#{page}", anchors=part) for bucket, part in buckets.items()])


def anchors_of(name: str, account_pk: str, since: date | None) -> list[Anchor]:
    """The anchors of an account since a day, or all of them. Raises UnreadableItemError."""
    begin = since.isoformat() if since else BEGINNING
    found: Iterable[DayAnchors] = DayAnchors.query(partition_of(account_pk), DayAnchors.sk >= begin)
    return [each.anchors[name] for each in found if name in each.anchors]
