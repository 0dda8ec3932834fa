"""The daily chase: asks again whoever has not answered, and counts what is overdue.

Two days after an erasure is complete it asks everybody once more, to sweep the dead letters that have died since.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from privacy.requests import rules
from privacy.requests.models import RequestStatus
from privacy.requests.store import find_request, to_chase
from shared import clock
from shared.events.privacy import ErasureRequested
from shared.items.table import Put, commit, retry_lost_races
from shared.jobs import HasTime, Job, Run
from shared.runtime.observability import count, logger

if TYPE_CHECKING:
    from datetime import datetime

    from privacy.requests.store import Request
    from shared.messages.cause import Cause

_CHASE: Final = Job("chase", "RequestsChased")


def chase_requests(cause: Cause, has_time: HasTime) -> Run:
    """Look at every request whose day has come, once a day. Raises RowsFailedError at the end when some failed."""
    now = clock.now()
    overdue: list[str] = []

    def look(request_id: str) -> bool:
        request = retry_lost_races(lambda: _look_at(request_id, now, cause))
        if request and rules.is_overdue(request.status, request.due_at, now):
            logger.warning("request overdue", extra={"data_request_id": request_id})
            overdue.append(request_id)
        return True

    try:
        return _CHASE.try_each(to_chase(now.date()), look, has_time)
    finally:
        # Told as 0 too: the alarm on it keeps its state until it hears a number.
        count("RequestsOverdue", len(overdue))


def _look_at(request_id: str, now: datetime, cause: Cause) -> Request | None:
    """The request, looked at; None where there is nothing to look after any more."""
    request = find_request(request_id)
    # The index runs behind the table: it may have been looked at, or be done.
    if request is None or request.chase_on is None or request.chase_on > now.date().isoformat():
        return None
    is_completed = request.status is RequestStatus.COMPLETED
    request.look_on(None if is_completed else rules.next_look(now))
    if is_completed or request.status is RequestStatus.APPROVED:
        request.tell(ErasureRequested, replace(cause, correlation_id=request_id))
    commit(Put(request))
    return request
