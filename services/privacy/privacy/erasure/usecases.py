"""Privacy's two parts in an erasure: it erases what it keeps itself, and hears what the others answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from privacy.consents.usecases import erase_consents
from privacy.requests.models import Answer
from privacy.requests.rules import ITSELF
from privacy.requests.usecases import AnswerRefusedError, record_answer
from shared import clock
from shared.dead_letters import sweep_dead_letters
from shared.events.base import SOURCE_PREFIX
from shared.events.privacy import ErasureAnswered, ErasureRequested, Kept

if TYPE_CHECKING:
    from shared.inbox import Heard

_THIS_REQUEST: Final = Kept(
    what="data-subject requests", count=1, why="proof that the person was erased, by customer id alone (GDPR art. 5(2))"
)


def erase_own_data(heard: Heard[ErasureRequested]) -> None:
    """Erase the person here, and answer like the others; heard again, it erases again and the first answer stands."""
    customer_id = heard.data.customer_id
    erased, kept = erase_consents(customer_id)
    # An answer waiting among the dead letters goes too: the chase, or a redrive at its sender, has it told again.
    erased["dead letters"] = sweep_dead_letters(customer_id)
    answer = Answer(erased=erased, kept=[*kept, _THIS_REQUEST], answered_at=clock.now())
    record_answer(heard.data.request_id, customer_id, ITSELF, answer, cause=heard.cause)


def hear_answer(heard: Heard[ErasureAnswered]) -> None:
    """Keep what a service answered. Raises AnswerRefusedError for one in another service's name."""
    data = heard.data
    if heard.source != SOURCE_PREFIX + data.service:
        raise AnswerRefusedError
    answer = Answer(erased=data.erased, kept=data.kept, answered_at=data.answered_at)
    record_answer(data.request_id, data.customer_id, data.service, answer, cause=heard.cause)
