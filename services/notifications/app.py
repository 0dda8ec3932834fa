"""Every route and trigger of notifications."""

from __future__ import annotations

import shared.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from typing import Any

from chalice import Chalice
from chalice.app import DynamoDBEvent, SQSEvent

from notifications.access import ACCESS
from notifications.events import HEARS, TELLS
from notifications.messages import usecases as messages
from notifications.messages.models import MessageView
from notifications.settings import NotificationsSettings
from notifications.table import NotificationsItem
from notifications.unsubscribe import usecases as unsubscribing
from shared.http import Endpoints, Html, Page, PageQuery, Request
from shared.ids import CustomerId
from shared.inbox import receive
from shared.observability import observe
from shared.outbox import Relay

app = Chalice(app_name="notifications")
observe(app)
endpoint = Endpoints(app, ACCESS)

# What a mail provider's one-click (RFC 8058) and the page's own button send.
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@endpoint.get("/api/customers/{customer_id}/messages")
def list_messages(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[MessageView]:
    """List a customer's messages, newest first, with the reason for each that was not sent."""
    return messages.list_messages(customer_id, query.limit, request.cursor(query))


@endpoint.get("/unsubscribe/{token}")
def show_unsubscribe(request: Request, token: str) -> Html:
    """Show the page that asks whether to unsubscribe; changes nothing."""
    return unsubscribing.show_unsubscribe(token)


@endpoint.post("/unsubscribe/{token}", content_types=FORMS)
def unsubscribe(request: Request, token: str, body: bytes) -> Html:
    """Unsubscribe, at once: one click in the mail program, or the button of the page."""
    return unsubscribing.unsubscribe(token, request.cause.correlation_id)


@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:000000000000:inbox", name="inbox")
def inbox(event: SQSEvent) -> dict[str, Any]:
    return receive(event.to_dict(), HEARS, event.context)


@app.on_dynamodb_record(
    stream_arn="arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2000-01-01T00:00:00.000", name="relay"
)
def relay(event: DynamoDBEvent) -> dict[str, Any]:
    bus_name = NotificationsSettings.read().bus_name
    return Relay("notifications", NotificationsItem, TELLS, bus_name).publish(event.to_dict())
