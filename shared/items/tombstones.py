"""What an erasure leaves: tombstones, and records without their person, by the declarations of shared.items.personal.

Apart from shared.erasure, which needs the events' models: a cold start that reads items does not wait for those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pynamodb.attributes import JSONAttribute, UTCDateTimeAttribute

from shared.items.personal import Effect, declarations_of, plain
from shared.items.table import Item

I = TypeVar("I", bound=Item)  # noqa: E741


class TombstoneMixin(Item):
    """What every tombstone says: when the person was erased, and how many things of theirs, by kind."""

    erased_at = plain(UTCDateTimeAttribute(null=True))
    erased: Any = plain(JSONAttribute(null=True), bound="a count for each kind of item")

    def add_erased(self, kind: str, number: int) -> None:
        """Add to what was erased."""
        self.erased = add_counts(self.erased or {}, {kind: number})


def remains_of(item: I) -> I:
    """A fresh item in the place of `item`, with what its declarations let stay and nothing else."""
    fresh = type(item)(item.pk, item.sk)
    for name, declaration in declarations_of(type(item)).items():
        if name not in item.attribute_values:
            continue
        if declaration is not None and not declaration.is_stripped:
            fresh.attribute_values[name] = item.attribute_values[name]
        elif declaration is not None and declaration.erasure and declaration.erasure.effect is Effect.MASK:
            fresh.attribute_values[name] = declaration.erasure.masked
    return fresh


def strip(item: Item) -> None:
    """Leave on the item what its declarations let stay and nothing else."""
    item.attribute_values = remains_of(item).attribute_values


def add_counts(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    """The sums by kind."""
    return {**counts, **{kind: counts.get(kind, 0) + number for kind, number in more.items()}}
