"""Every route and trigger of segments: parse, call one use case, return."""

from __future__ import annotations

import shared.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from typing import Any

from chalice import Chalice
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from segments.access import ACCESS
from segments.definitions import usecases as definitions
from segments.definitions.models import SegmentId, SegmentView
from segments.events import HEARS, TELLS
from segments.membership import usecases as membership
from segments.membership.models import HeldSegmentView, MemberView
from segments.membership.refresh import refresh_due_rows
from segments.settings import SegmentsSettings
from segments.table import SegmentsItem
from shared.cause import Cause
from shared.http import Endpoints, Page, PageQuery, Request
from shared.ids import CustomerId
from shared.inbox import receive
from shared.observability import observe
from shared.outbox import Relay

app = Chalice(app_name="segments")
observe(app)
endpoint = Endpoints(app, ACCESS)


@endpoint.get("/api/segments")
def list_segments(request: Request, query: PageQuery) -> Page[SegmentView]:
    """The segments there are, by id."""
    return definitions.list_segments(query.limit, request.cursor(query))


@endpoint.get("/api/segments/{segment_id}/members")
def list_members(request: Request, segment_id: SegmentId, query: PageQuery) -> Page[MemberView]:
    """The members of a segment, by customer id, with the time since when they belong to it."""
    return membership.list_members(segment_id, query.limit, request.cursor(query))


@endpoint.get("/api/customers/{customer_id}/segments")
def list_segments_of(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[HeldSegmentView]:
    """The segments that a customer belongs to, by id."""
    return membership.list_segments_of(customer_id, query.limit, request.cursor(query))


@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:123456789012:placeholder", name="inbox")
def inbox(event: SQSEvent) -> dict[str, Any]:
    return receive(event.to_dict(), HEARS, event.context)


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/s", name="relay")
def relay(event: DynamoDBEvent) -> dict[str, Any]:
    return Relay("segments", SegmentsItem, TELLS, SegmentsSettings.read().bus_name).publish(event.to_dict())


# Rules change at midnight UTC; the later runs find next to nothing, and go on where one ran out of time.
@app.schedule("cron(5 * * * ? *)", name="refresh")
def refresh(event: CloudWatchEvent) -> dict[str, Any]:
    context: Any = event.context
    cause = Cause("schedule:refresh", context.aws_request_id)
    return vars(refresh_due_rows(cause, context.get_remaining_time_in_millis))
