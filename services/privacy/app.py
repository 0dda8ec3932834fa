"""The routes and triggers of privacy, and nothing else."""

from __future__ import annotations

import shared.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from typing import Any

from chalice import Chalice
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from privacy.access import ACCESS
from privacy.consents import usecases as consents
from privacy.consents.models import ConsentsPage, LoggedConsent, NewConsent
from privacy.consents.rules import ErasedError
from privacy.events import HEARS, TELLS
from privacy.requests import usecases as requests
from privacy.requests.chase import chase_requests
from privacy.requests.models import NewRequest, RequestQuery, RequestSummary, RequestView
from privacy.requests.rules import AlreadyOpenError, NotApprovableError, NotCancellableError
from privacy.settings import PrivacySettings
from privacy.table import PrivacyItem, Receipt
from shared.auth import Role
from shared.errors import NotFoundError
from shared.http import Endpoints, Idempotency, Page, PageQuery, Request
from shared.ids import CustomerId, RequestId
from shared.inbox import receive
from shared.observability import observe
from shared.outbox import Relay

app = Chalice(app_name="privacy")
observe(app)
endpoint = Endpoints(app, ACCESS, receipts=Receipt)


@endpoint.post("/api/privacy/requests", status=201, idempotency=Idempotency.ACCEPTED, problems=[AlreadyOpenError])
def create_request(request: Request, body: NewRequest) -> RequestView:
    """Enter a data-subject request; one of a kind may be open a customer."""
    return requests.create_request(body, cause=request.cause, attempt=request.attempt)


@endpoint.get("/api/privacy/requests")
def list_requests(request: Request, query: RequestQuery) -> Page[RequestSummary]:
    """List requests, newest first."""
    return requests.list_requests(query, request.cursor(query))


@endpoint.get("/api/privacy/requests/{request_id}", problems=[NotFoundError])
def read_request(request: Request, request_id: RequestId) -> RequestView:
    """Read a request with its receipt."""
    return requests.read_request(request_id)


@endpoint.post("/api/privacy/requests/{request_id}/approve", problems=[NotFoundError, NotApprovableError])
def approve_request(request: Request, request_id: RequestId) -> RequestView:
    """Let a request run in every service; approving again changes nothing."""
    return requests.approve_request(request_id, cause=request.cause)


@endpoint.post("/api/privacy/requests/{request_id}/cancel", problems=[NotFoundError, NotCancellableError])
def cancel_request(request: Request, request_id: RequestId) -> RequestView:
    """Drop a request that is not approved yet."""
    return requests.cancel_request(request_id, cause=request.cause)


@endpoint.get("/api/customers/{customer_id}/consents", problems=[ErasedError])
def read_consents(request: Request, customer_id: CustomerId, query: PageQuery) -> ConsentsPage:
    """Read what a customer consents to now, and the log, newest first."""
    as_proof = Role.COMPLIANCE in request.principal.roles
    return consents.read_consents(customer_id, query, request.cursor(query), as_proof=as_proof)


@endpoint.post(
    "/api/customers/{customer_id}/consents",
    status=201,
    idempotency=Idempotency.ACCEPTED,
    problems=[ErasedError],
)
def give_consent(request: Request, customer_id: CustomerId, body: NewConsent) -> LoggedConsent:
    """Log a consent that a customer gives or withdraws now."""
    return consents.give_consent(customer_id, body, cause=request.cause, attempt=request.attempt)


@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:123456789012:inbox", name="inbox")
def inbox(event: SQSEvent) -> dict[str, Any]:
    """Handle what other services told; the queue is named in the packaged template."""
    return receive(event.to_dict(), HEARS, event.context)


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:us-east-1:123456789012:table/privacy/stream/0", name="relay")
def relay(event: DynamoDBEvent) -> dict[str, Any]:
    """Tell what the table's items carry; the stream is named in the packaged template."""
    return Relay("privacy", PrivacyItem, TELLS, PrivacySettings.read().bus_name).publish(event.to_dict())


@app.schedule("cron(0 4 * * ? *)", name="chase")
def chase(event: CloudWatchEvent) -> None:
    """Look after open requests, daily."""
    chase_requests()
