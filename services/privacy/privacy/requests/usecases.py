"""Enters, lists, reads, approves, cancels and completes requests, and records the answers of services."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from privacy.merging.store import MergedCustomer, find_merged, survivor_of
from privacy.requests import rules
from privacy.requests.models import (
    Answer,
    NewRequest,
    RequestKind,
    RequestQuery,
    RequestStatus,
    RequestSummary,
    RequestView,
)
from privacy.requests.store import Request, find_guard, find_request, new_guard, new_request, newest_first
from shared import clock, ids
from shared.errors import NotFoundError
from shared.events.privacy import ErasureRequested, RequestCompleted
from shared.http import Page
from shared.items.table import Delete, Put, commit, retry_lost_races
from shared.runtime.observability import logger
from shared.services import CUSTOMERS

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from shared.http import Attempt
    from shared.items.table import Write
    from shared.messages.cause import Cause


class AnswerRefusedError(Exception):
    """An answer that cannot be true: it is about another customer, or in another service's name."""


def create_request(new: NewRequest, *, cause: Cause, attempt: Attempt | None = None) -> RequestView:
    """Enter a request. Raises AlreadyOpenError, which names the customer's open request of the same kind."""
    return retry_lost_races(lambda: _create(new, cause, attempt))


def read_request(request_id: str) -> RequestView:
    """The request with its receipt. Raises NotFoundError."""
    return _view(_existing(request_id), clock.now())


def list_requests(query: RequestQuery, before: str | None) -> Page[RequestSummary]:
    """A page of requests of one status or of all, newest first."""
    statuses = [query.status] if query.status else list(RequestStatus)
    found = newest_first(statuses, before, query.limit + 1)
    now = clock.now()
    rows = [RequestSummary(**_summary(request, now)) for request in found[: query.limit]]
    return Page.of(rows, rows[-1].id if len(found) > query.limit else None)


def approve_request(request_id: str, *, cause: Cause) -> RequestView:
    """Approve a request and tell ErasureRequested to every service. Approving again changes nothing.

    Raises NotFoundError, NotApprovableError.
    """
    return retry_lost_races(lambda: _approve(request_id, cause))


def cancel_request(request_id: str, *, cause: Cause) -> RequestView:
    """Cancel a request that is not approved yet. Cancelling again changes nothing.

    Raises NotFoundError, NotCancellableError.
    """
    return retry_lost_races(lambda: _cancel(request_id, cause))


def follow_merge(merged_id: str, survivor_id: str) -> None:
    """Let a request that waits for its approval be about the survivor, unless the survivor has one of the kind too."""
    for kind in RequestKind:
        retry_lost_races(partial(_follow, merged_id, survivor_id, kind))


def record_answer(request_id: str, customer_id: str, service: str, answer: Answer, *, cause: Cause) -> None:
    """Store a service's first answer. The last missing answer completes the request.

    An answer that the request does not wait for changes nothing. When customers answers about another customer, the
    one whom the request is about turned out to be that one after the approval: every service is asked again. Raises
    AnswerRefusedError if another service answers about somebody else.
    """
    retry_lost_races(lambda: _record(request_id, customer_id, service, answer, cause))


def _create(new: NewRequest, cause: Cause, attempt: Attempt | None) -> RequestView:
    new = new.model_copy(update={"customer_id": survivor_of(new.customer_id)})
    if guard := find_guard(new.customer_id, new.kind):
        raise rules.AlreadyOpenError(extensions={"open_request_id": guard.request_id})
    request = _received(new, cause)
    view = _view(request, request.created_at)
    guard = new_guard(new.customer_id, new.kind, request.id)
    commit(Put(request), Put(guard), attempt and attempt.receipt(view))
    return view


def _received(new: NewRequest, cause: Cause) -> Request:
    now = clock.now()
    request = new_request(ids.new_request_id())
    request.asks_for, request.customer_id = new.kind, new.customer_id
    request.requested_by, request.created_at, request.due_at = cause.actor, now, rules.due_at(now)
    request.turn(RequestStatus.RECEIVED, now)
    return request


def _approve(request_id: str, cause: Cause) -> RequestView:
    request, now = _existing(request_id), clock.now()
    if rules.needs_approval(request.status):
        request.turn(RequestStatus.APPROVED, now)
        request.approved_by, request.approved_at = cause.actor, now
        request.tell(ErasureRequested, cause)
        commit(Put(request), _follow_merge(request))
    return _view(request, now)


def _follow(merged_id: str, survivor_id: str, kind: RequestKind) -> None:
    guard = find_guard(merged_id, kind)
    request = find_request(guard.request_id) if guard else None
    if guard and request and rules.needs_approval(request.status) and not find_guard(survivor_id, kind):
        request.customer_id = survivor_id
        commit(Put(request), Delete(guard), Put(new_guard(survivor_id, kind, request.id)))


def _follow_merge(request: Request) -> Delete | None:
    """Let the request be about the survivor, if its customer was merged since; the old id's guard then goes."""
    survivor_id = survivor_of(request.customer_id)
    if survivor_id == request.customer_id:
        return None
    released = _release(request)
    request.customer_id = survivor_id
    return released


def _cancel(request_id: str, cause: Cause) -> RequestView:
    request, now = _existing(request_id), clock.now()
    if rules.needs_cancelling(request.status):
        request.turn(RequestStatus.CANCELLED, now)
        request.cancelled_by, request.cancelled_at = cause.actor, now
        commit(Put(request), _release(request))
    return _view(request, now)


def _record(request_id: str, customer_id: str, service: str, answer: Answer, cause: Cause) -> None:
    request = find_request(request_id)
    if request is None or not _is_news(request, customer_id, service):
        logger.info("answer not waited for", extra={"data_request_id": request_id, "answered_by": service})
        return
    followed = _ask_again(request, customer_id, cause) if request.customer_id != customer_id else []
    request.answers = {**(request.answers or {}), service: answer.model_dump(mode="json")}
    if rules.is_done(request.answers):
        _complete(request, cause)
    else:
        commit(Put(request), *followed)


def _is_news(request: Request, customer_id: str, service: str) -> bool:
    """Whether the request waits for the answer. Raises AnswerRefusedError."""
    is_outdated = False
    if request.customer_id != customer_id:
        is_outdated = survivor_of(customer_id) == request.customer_id
        if not is_outdated and service != CUSTOMERS:
            raise AnswerRefusedError
    return not is_outdated and rules.is_awaited(service, request.status, request.answers or {})


def _ask_again(request: Request, survivor_id: str, cause: Cause) -> list[Write | None]:
    """Ask every service about the survivor: the customer was merged after the approval."""
    merged = None if find_merged(request.customer_id) else Put(MergedCustomer.of(request.customer_id, survivor_id))
    released = _release(request)
    request.customer_id, request.answers = survivor_id, None
    request.tell(ErasureRequested, cause)
    return [merged, released]


def _complete(request: Request, cause: Cause) -> None:
    now = clock.now()
    request.turn(RequestStatus.COMPLETED, now)
    request.completed_at = now
    request.look_on(rules.second_look(now))
    request.tell(RequestCompleted, cause)
    commit(Put(request), _release(request))


def _release(request: Request) -> Delete | None:
    """The deletion of the guard, so that the customer may have a new request."""
    guard = find_guard(request.customer_id, request.asks_for)
    return Delete(guard) if guard and guard.request_id == request.id else None


def _existing(request_id: str) -> Request:
    if request := find_request(request_id):
        return request
    raise NotFoundError("There is no such request.")


def _view(request: Request, now: datetime) -> RequestView:
    answers = request.answered()
    own_answer = answers.pop(rules.ITSELF, None)
    return RequestView(
        **_summary(request, now),
        requested_by=request.requested_by,
        approved_by=request.approved_by,
        approved_at=request.approved_at,
        cancelled_by=request.cancelled_by,
        cancelled_at=request.cancelled_at,
        answers=answers,
        own_answer=own_answer,
        not_swept=rules.not_swept(request.completed_at),
    )


def _summary(request: Request, now: datetime) -> dict[str, Any]:
    return {
        "id": request.id,
        "kind": request.asks_for,
        "customer_id": request.customer_id,
        "status": request.status,
        "created_at": request.created_at,
        "due_at": request.due_at,
        "overdue": rules.is_overdue(request.status, request.due_at, now),
        "completed_at": request.completed_at,
        "waiting_for": rules.waiting_for(request.status, request.answers or {}),
    }
