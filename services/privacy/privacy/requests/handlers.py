"""Requests of data subjects, and the chase: each calls one use case."""

from __future__ import annotations

from typing import Any

from privacy.requests import usecases as requests
from privacy.requests.chase import chase_requests
from privacy.requests.models import NewRequest, RequestQuery, RequestSummary, RequestView
from shared.http import Page, Request
from shared.ids import RequestId
from shared.jobs import time_left
from shared.messages.cause import Cause


def create_request(request: Request, body: NewRequest) -> RequestView:
    """Enter a data-subject request; one of a kind may be open a customer."""
    return requests.create_request(body, cause=request.cause, attempt=request.attempt)


def list_requests(request: Request, query: RequestQuery) -> Page[RequestSummary]:
    """List requests, newest first."""
    return requests.list_requests(query, request.position(query, str))


def read_request(request: Request, request_id: RequestId) -> RequestView:
    """Read a request with its receipt."""
    return requests.read_request(request_id)


def approve_request(request: Request, request_id: RequestId) -> RequestView:
    """Let a request run in every service; approving again changes nothing."""
    return requests.approve_request(request_id, cause=request.cause)


def cancel_request(request: Request, request_id: RequestId) -> RequestView:
    """Drop a request that is not approved yet."""
    return requests.cancel_request(request_id, cause=request.cause)


def chase(context: Any) -> None:
    """Look after open requests, daily."""
    chase_requests(Cause("schedule:chase", context.aws_request_id), time_left(context))
