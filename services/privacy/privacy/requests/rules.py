"""The life of a request: what may follow what, whom it waits for, and when it is due."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from privacy.requests.models import RequestStatus, Window
from shared.errors import ConflictError

# The others that keep something of a customer, and privacy, which erases and answers as they do.
OTHERS: Final = ("customers", "loyalty", "notifications", "segments")
ITSELF: Final = "privacy"

_OPEN: Final = frozenset({RequestStatus.RECEIVED, RequestStatus.APPROVED})
# A message in flight at the sweep can reach a dead-letter queue within a day (EventBridge's retries), and stays for 14.
_DEAD_LETTERS: Final = ("dead-letter queues", 15 * 24)
# DynamoDB keeps stream records 24 hours, and point-in-time backups 35 days (AWS's own limits).
_STREAMS: Final = ("streams", 24)
_BACKUPS: Final = ("backups", 35 * 24)


class AlreadyOpenError(ConflictError):
    """The same is asked for already; the problem's `open_request_id` names the request that is open."""

    slug = "request-already-open"
    title = "Such a request of this customer is open already"


class NotApprovableError(ConflictError):
    """It was cancelled."""

    slug = "request-cancelled"
    title = "A cancelled request cannot be approved"


class NotCancellableError(ConflictError):
    """It is approved: services may have erased already."""

    slug = "request-running"
    title = "An approved request cannot be cancelled"


def is_open(status: RequestStatus) -> bool:
    """Whether somebody has yet to do something about it."""
    return status in _OPEN


def needs_approval(status: RequestStatus) -> bool:
    """Whether approving changes anything. Raises NotApprovableError for a cancelled request."""
    if status is RequestStatus.CANCELLED:
        raise NotApprovableError
    return status is RequestStatus.RECEIVED


def needs_cancelling(status: RequestStatus) -> bool:
    """Whether cancelling changes anything. Raises NotCancellableError once it is approved."""
    if status in {RequestStatus.APPROVED, RequestStatus.COMPLETED}:
        raise NotCancellableError
    return status is RequestStatus.RECEIVED


def waiting_for(status: RequestStatus, answered: Collection[str]) -> list[str]:
    """The other services that were asked and have not answered."""
    return [service for service in OTHERS if is_awaited(service, status, answered)]


def is_awaited(service: str, status: RequestStatus, answered: Collection[str]) -> bool:
    """Whether an answer of this service, or of privacy itself, changes anything: the first stands."""
    return status is RequestStatus.APPROVED and service in {*OTHERS, ITSELF} and service not in answered


def is_done(answered: Collection[str]) -> bool:
    """Whether the others and privacy itself have all answered."""
    return {*OTHERS, ITSELF} <= set(answered)


def due_at(created_at: datetime) -> datetime:
    """One month after it came in (GDPR art. 12(3)); where that month has no such day, its last."""
    year, month = divmod(created_at.year * 12 + created_at.month, 12)
    day = min(created_at.day, monthrange(year, month + 1)[1])
    return created_at.replace(year=year, month=month + 1, day=day)


def is_overdue(status: RequestStatus, due: datetime, now: datetime) -> bool:
    """Whether it should have been done by now."""
    return is_open(status) and now > due


def first_look(status: RequestStatus, due: datetime, now: datetime) -> date | None:
    """The day of the chase's first look, None when there is nothing to look after.

    One that runs is looked at on the next chase; one that waits for approval, when it is due.
    """
    if status is RequestStatus.RECEIVED:
        return due.date()
    return now.date() if is_open(status) else None


def next_look(now: datetime) -> date:
    """The day of the chase's next look."""
    return now.date() + timedelta(days=1)


def not_swept(completed_at: datetime | None) -> list[Window]:
    """The places that no service can sweep, with how long each remembers."""
    return [_window(where, hours, completed_at) for where, hours in (_STREAMS, _DEAD_LETTERS, _BACKUPS)]


def _window(where: str, hours: int, completed_at: datetime | None) -> Window:
    until = completed_at + timedelta(hours=hours) if completed_at else None
    return Window(where=where, hours=hours, until=until)
