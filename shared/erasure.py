"""The one shape of an erasure, in every service.

A service's `erasure/usecases.py` has `erase_customer(request, cause)`, in four steps that can each be made again:
`_suppress` puts a tombstone where the person was, so that nothing of them is written any more; `_erase_rest` erases
the items beside it; `sweep_dead_letters` (shared.dead_letters) deletes their messages; `_answer` tells the counts.

What a tombstone or a record without its person still holds follows from the declarations of shared.personal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from pynamodb.attributes import JSONAttribute, UTCDateTimeAttribute

from shared.cause import Cause
from shared.events.privacy import ErasureAnswered, ErasureRequested, Kept
from shared.personal import Effect, declarations_of, plain
from shared.table import Item, Put, Told, commit

I = TypeVar("I", bound=Item)  # noqa: E741

_DEAD_LETTERS: Final = "dead_letters"


class TombstoneMixin(Item):
    """What every tombstone says: when the person was erased, and how many things of theirs, by kind."""

    erased_at = plain(UTCDateTimeAttribute(null=True))
    erased: Any = plain(JSONAttribute(null=True))

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


def with_dead_letters(counts: Mapping[str, int], swept: int) -> dict[str, int]:
    """The counts, with the dead letters that were swept now."""
    return add_counts(counts, {_DEAD_LETTERS: swept})


def write_answer(tombstone: TombstoneMixin, request: ErasureRequested, swept: int, cause: Cause) -> None:
    """Tell that the person is erased, and how many things of theirs."""
    tombstone.erased = with_dead_letters(tombstone.erased or {}, swept)
    # The request may name one who has turned out to be this person, and is answered in that name.
    tombstone.tell(ErasureAnswered, cause, about=f"{request.request_id}/{request.customer_id}")
    commit(Put(tombstone))


def read_answer(service: str, told: Told, erased: Mapping[str, int], kept: Sequence[Kept]) -> ErasureAnswered:
    """The answer that a tombstone carries, with the counts that it remembers."""
    request_id, _, customer_id = (told.about or "").partition("/")
    return ErasureAnswered(
        request_id=request_id,
        customer_id=customer_id,
        service=service,
        erased=dict(erased),
        kept=list(kept),
        answered_at=told.at,
    )
