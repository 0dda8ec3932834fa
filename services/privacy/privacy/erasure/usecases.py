"""Privacy's two parts in an erasure: it erases what it keeps itself, and hears what the others answer.

It keeps the consent log, which names the person by id only. From the tombstone on nothing is logged of them any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from privacy.consents.rules import kept_of_log
from privacy.consents.store import ConsentState, receipts_of, state_of
from privacy.merging.store import MergedCustomer, find_merged
from privacy.requests.models import Answer
from privacy.requests.rules import ITSELF
from privacy.requests.usecases import AnswerRefusedError, follow_merge, record_answer
from shared import clock
from shared.erasure import with_dead_letters
from shared.events.base import SOURCE_PREFIX
from shared.events.privacy import ErasureAnswered, ErasureRequested, Kept
from shared.items.batches import delete_all
from shared.items.table import Put, commit, retry_lost_races
from shared.items.tombstones import remains_of
from shared.messages.dead_letters import sweep_dead_letters

if TYPE_CHECKING:
    from shared.events.customers import CustomersMerged
    from shared.messages.cause import Cause
    from shared.messages.inbox import Heard

_THIS_REQUEST: Final = Kept(
    what="data-subject requests", count=1, why="proof that the person was erased, by customer id alone (GDPR art. 5(2))"
)


def erase_customer(request: ErasureRequested, cause: Cause) -> None:
    """Erase the person here, and answer like the others; heard again, it erases again and the first answer stands."""
    customer_id = request.customer_id
    tombstone = retry_lost_races(lambda: _suppress(customer_id))
    _erase_rest(customer_id)
    # An answer waiting among the dead letters goes too: the chase, or a redrive at its sender, has it told again.
    swept = sweep_dead_letters(customer_id)
    _answer(request, tombstone, swept, cause)


def kept_of(tombstone: ConsentState) -> list[Kept]:
    """What is kept of a person who is erased."""
    return [*kept_of_log(tombstone.entries), _THIS_REQUEST]


def hear_answer(heard: Heard[ErasureAnswered]) -> None:
    """Keep what a service answered. Raises AnswerRefusedError for one in another service's name."""
    data = heard.data
    if heard.source != SOURCE_PREFIX + data.service:
        raise AnswerRefusedError
    answer = Answer(erased=data.erased, kept=data.kept, answered_at=data.answered_at)
    record_answer(data.request_id, data.customer_id, data.service, answer, cause=heard.cause)


def forget_merged(merged: CustomersMerged) -> None:
    """Let the merged id and its request lead to the survivor, and end its log. The survivor's own consents stand."""
    retry_lost_races(lambda: _lead(merged.merged_id, merged.customer_id))
    follow_merge(merged.merged_id, merged.customer_id)
    retry_lost_races(lambda: _suppress(merged.merged_id))
    _erase_rest(merged.merged_id)


def _lead(merged_id: str, survivor_id: str) -> None:
    if find_merged(merged_id) is None:
        commit(Put(MergedCustomer.of(merged_id, survivor_id)))


def _suppress(customer_id: str) -> ConsentState:
    state = state_of(customer_id)
    if state.erased_at is not None:
        return state
    tombstone = remains_of(state)
    tombstone.erased_at = clock.now()
    tombstone.erased = {"consents in force": len(state.consents()), "receipts": len(receipts_of(customer_id))}
    commit(Put(tombstone))
    return tombstone


def _erase_rest(customer_id: str) -> None:
    delete_all(receipts_of(customer_id))


def _answer(request: ErasureRequested, tombstone: ConsentState, swept: int, cause: Cause) -> None:
    """Privacy tells itself nothing: it records its answer with the request."""
    erased = with_dead_letters(tombstone.erased or {}, swept)
    answer = Answer(erased=erased, kept=kept_of(tombstone), answered_at=clock.now())
    record_answer(request.request_id, request.customer_id, ITSELF, answer, cause=cause)
