"""The one shape of an erasure, in every service.

A service's erasure has `erase_customer(request, cause)`, in four steps that can each be made again: `_suppress` puts a
tombstone where the person was, so that nothing of them is written any more; `_erase_rest` erases the items beside it;
`sweep_dead_letters` (shared.messages.dead_letters) deletes their messages; `_answer` tells the counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from shared.events.privacy import ErasureAnswered, ErasureRequested, Kept
from shared.items.table import Put, Told, commit
from shared.items.tombstones import TombstoneMixin, add_counts
from shared.messages.cause import Cause

_DEAD_LETTERS: Final = "dead_letters"


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


def with_dead_letters(counts: Mapping[str, int], swept: int) -> dict[str, int]:
    """The counts, with the dead letters that were swept now."""
    return add_counts(counts, {_DEAD_LETTERS: swept})
