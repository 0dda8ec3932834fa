"""The life of a request: its allowed steps, the services that it waits for, and its due date."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from privacy.requests.models import RequestStatus, Window
from shared.errors import ConflictError
from shared.services import ASKED_BY_PRIVACY, PRIVACY

# The other services that store data of a customer. Privacy itself also erases and answers.
OTHERS: Final = tuple(sorted(ASKED_BY_PRIVACY))
ITSELF: Final = PRIVACY

_OPEN: Final = frozenset({RequestStatus.RECEIVED, RequestStatus.APPROVED})
# Hours. A message on its way during the sweep can reach a dead-letter queue within a day (EventBridge's retries), and
# stays there for 14 days.
_DEAD_LETTERS: Final = ("dead-letter queues", 15 * 24)
# Hours. DynamoDB keeps stream records for 24 hours, and point-in-time backups for 35 days (AWS's own limits).
_STREAMS: Final = ("streams", 24)
_BACKUPS: Final = ("backups", 35 * 24)


class AlreadyOpenError(ConflictError):
    """The customer has an open request of this kind. The problem's `open_request_id` names it."""

    slug = "request-already-open"
    title = "Such a request of this customer is open already"


class NotApprovableError(ConflictError):
    """The request was cancelled."""

    slug = "request-cancelled"
    title = "A cancelled request cannot be approved"


class NotCancellableError(ConflictError):
    """The request is approved: services may have erased already."""

    slug = "request-running"
    title = "An approved request cannot be cancelled"


def is_open(status: RequestStatus) -> bool:
    """Whether the request waits for an approval or for answers."""
    return status in _OPEN


def needs_approval(status: RequestStatus) -> bool:
    """Whether an approval changes the request. Raises NotApprovableError for a cancelled request."""
    if status is RequestStatus.CANCELLED:
        raise NotApprovableError
    return status is RequestStatus.RECEIVED


def needs_cancelling(status: RequestStatus) -> bool:
    """Whether cancelling changes the request. Raises NotCancellableError once it is approved."""
    if status in {RequestStatus.APPROVED, RequestStatus.COMPLETED}:
        raise NotCancellableError
    return status is RequestStatus.RECEIVED


def waiting_for(status: RequestStatus, answered: Collection[str]) -> list[str]:
    """The other services that were asked and have not answered yet."""
    return [service for service in OTHERS if is_awaited(service, status, answered)]


def is_awaited(service: str, status: RequestStatus, answered: Collection[str]) -> bool:
    """Whether an answer of `service`, or of privacy itself, changes the request: only its first answer does."""
    return status is RequestStatus.APPROVED and service in {*OTHERS, ITSELF} and service not in answered


def is_done(answered: Collection[str]) -> bool:
    """Whether all other services and privacy itself have answered."""
    return {*OTHERS, ITSELF} <= set(answered)


def due_at(created_at: datetime) -> datetime:
    """One month after the request came in (GDPR art. 12(3)). If that month has no such day, its last day."""
    year, month = divmod(created_at.year * 12 + created_at.month, 12)
    day = min(created_at.day, monthrange(year, month + 1)[1])
    return created_at.replace(year=year, month=month + 1, day=day)


def is_overdue(status: RequestStatus, due: datetime, now: datetime) -> bool:
    """Whether the request is open past its due date."""
    return is_open(status) and now > due


def first_look(status: RequestStatus, due: datetime, now: datetime) -> date | None:
    """The day of the chase's first look, or None if the request is not open.

    The next chase looks at an approved request. A request that waits for its approval gets a look when it is due.
    """
    if status is RequestStatus.RECEIVED:
        return due.date()
    return now.date() if is_open(status) else None


def next_look(now: datetime) -> date:
    """The day of the chase's next look."""
    return now.date() + timedelta(days=1)


def second_look(completed_at: datetime) -> date:
    """The day on which a completed erasure is told once more.

    By then every message that was on its way has been handled or lies among the dead letters, which are swept again.
    """
    return completed_at.date() + timedelta(days=2)


def not_swept(completed_at: datetime | None) -> list[Window]:
    """The places that no service can sweep, and the time until which each keeps its data."""
    return [_window(where, hours, completed_at) for where, hours in (_STREAMS, _DEAD_LETTERS, _BACKUPS)]


def _window(where: str, hours: int, completed_at: datetime | None) -> Window:
    until = completed_at + timedelta(hours=hours) if completed_at else None
    return Window(where=where, hours=hours, until=until)
