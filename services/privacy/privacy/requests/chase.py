"""The daily chase: asks again whoever has not answered, and counts what is overdue."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from privacy.requests import rules
from privacy.requests.models import RequestStatus
from privacy.requests.store import find_request, to_chase
from shared import clock
from shared.cause import Cause
from shared.events.privacy import ErasureRequested
from shared.observability import count, describe, logger
from shared.table import Put, commit, retry_lost_races

if TYPE_CHECKING:
    from datetime import datetime

# Two calls of 2-5 ms each: a minute of the job's five. The rest is found tomorrow, the longest due first.
CHASED_A_RUN: Final = 5_000


class ChaseError(Exception):
    """Some requests could not be chased; the others were. The run is made again and finds only those."""


class Look(Enum):
    """What a look at one request found."""

    DONE = auto()
    IN_TIME = auto()
    OVERDUE = auto()
    FAILED = auto()


def chase_requests() -> None:
    """Look at every open request whose day has come, once a day. Raises ChaseError when some failed."""
    now = clock.now()
    looks = [_look_safely(request_id, now) for request_id in to_chase(now.date(), CHASED_A_RUN)]
    count("RequestsChased", len(looks))
    # Told as 0 too: the alarm on it keeps its state until it hears a number.
    count("RequestsOverdue", looks.count(Look.OVERDUE))
    if Look.FAILED in looks:
        raise ChaseError


def _look_safely(request_id: str, now: datetime) -> Look:
    """One request that cannot be chased keeps no other from it."""
    try:
        look = retry_lost_races(lambda: _look_at(request_id, now))
    except Exception as error:  # noqa: BLE001  # told at the end, by ChaseError
        logger.error("request not chased", extra={"data_request_id": request_id, **describe(error)})
        return Look.FAILED
    if look is Look.OVERDUE:
        logger.warning("request overdue", extra={"data_request_id": request_id})
    return look


def _look_at(request_id: str, now: datetime) -> Look:
    request = find_request(request_id)
    # The index runs behind the table: it may have been looked at, or be done.
    if request is None or request.chase_on is None or request.chase_on > now.date().isoformat():
        return Look.DONE
    request.chase_on = rules.next_look(now).isoformat()
    if request.status is RequestStatus.APPROVED:
        request.tell(ErasureRequested, Cause("schedule:chase", request_id))
    commit(Put(request))
    return Look.OVERDUE if rules.is_overdue(request.status, request.due_at, now) else Look.IN_TIME
