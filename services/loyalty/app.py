"""Loyalty: every route and trigger of the service."""

from __future__ import annotations

import shared.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from typing import Any, Final

from chalice import Chalice
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from loyalty.access import ACCESS
from loyalty.cards import usecases as cards
from loyalty.cards.models import CardView
from loyalty.events import HEARS, TELLS
from loyalty.expiry import usecases as expiry
from loyalty.ledger import usecases as ledger
from loyalty.ledger.models import EntriesQuery, EntryView, NewAdjustment, PointsView
from loyalty.settings import LoyaltySettings
from loyalty.table import LoyaltyItem, Receipt
from shared.cause import Cause
from shared.http import Endpoints, Idempotency, Page, Request
from shared.ids import CustomerId
from shared.inbox import receive
from shared.observability import observe
from shared.outbox import Relay

# Enough for the account in work, with all its tries, and the end of the run.
RESERVE_MILLISECONDS: Final = 20_000

app = Chalice(app_name="loyalty")
observe(app)
endpoint = Endpoints(app, ACCESS, receipts=Receipt)


@endpoint.get("/api/customers/{customer_id}/points", problems=[ledger.EmailNotVerifiedError])
def read_points(request: Request, customer_id: CustomerId) -> PointsView:
    """How a customer's points stand: balance, tier, what expires next, what is missing to the next tier."""
    return ledger.read_points(customer_id, by_self=_is_self(request))


@endpoint.get("/api/customers/{customer_id}/points/entries", problems=[ledger.EmailNotVerifiedError])
def list_entries(request: Request, customer_id: CustomerId, query: EntriesQuery) -> Page[EntryView]:
    """A customer's ledger, newest first. The newest entry may show a moment after it is posted."""
    names_staff, by_self = request.principal.kind == "staff", _is_self(request)
    return ledger.list_entries(customer_id, query, request.cursor(query), names_staff=names_staff, by_self=by_self)


@endpoint.post(
    "/api/customers/{customer_id}/points",
    status=201,
    idempotency=Idempotency.REQUIRED,
    problems=[ledger.InsufficientPointsError],
)
def adjust_points(request: Request, customer_id: CustomerId, body: NewAdjustment) -> EntryView:
    """Add points, or take them (negative), for a reason that the customer can read."""
    settings = LoyaltySettings.read()
    return ledger.adjust_points(customer_id, body, cause=request.cause, attempt=request.attempt, settings=settings)


@endpoint.get("/api/customers/{customer_id}/card", problems=[ledger.EmailNotVerifiedError])
def read_card(request: Request, customer_id: CustomerId) -> CardView:
    """A customer's card, with its number and how the account stands."""
    return cards.read_card(customer_id, by_self=_is_self(request))


# The queue, the stream and their bounds come from the template; the decorators take placeholders.
@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:000000000000:inbox", name="inbox")
def inbox(event: SQSEvent) -> dict[str, Any]:
    """Hear a batch of events."""
    return receive(event.to_dict(), HEARS, event.context)


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s", name="relay")
def relay(event: DynamoDBEvent) -> dict[str, Any]:
    """Tell what the table's items carry."""
    return Relay("loyalty", LoyaltyItem, TELLS, LoyaltySettings.read().bus_name).publish(event.to_dict())


@app.schedule("rate(1 hour)", name="expire")
def expire(event: CloudWatchEvent) -> dict[str, Any]:
    """Expire points whose last day is over; hourly, so that what one run leaves is not left for a day."""
    context: Any = event.context
    cause = Cause("schedule:expire", context.aws_request_id)
    run = expiry.expire_points(cause, lambda: context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS)
    return {"expired": run.expired, "finished": run.finished}


def _is_self(request: Request) -> bool:
    return request.principal.customer_id is not None
