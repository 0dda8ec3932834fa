"""Requests, events and the refresh of memberships: each calls one use case."""

from __future__ import annotations

from typing import Any

from segments.definitions.models import SegmentId
from segments.membership import usecases as membership
from segments.membership.feature_updates import note_order_stats, note_profile
from segments.membership.models import HeldSegmentView, MemberView
from segments.membership.refresh import refresh_due_rows
from shared.events.customers import CustomerRegistered, CustomerUpdated, OrderRecorded
from shared.http import Page, PageQuery, Request
from shared.ids import CustomerId
from shared.jobs import time_left
from shared.messages.cause import Cause
from shared.messages.inbox import Heard


def list_members(request: Request, segment_id: SegmentId, query: PageQuery) -> Page[MemberView]:
    """The members of a segment, by customer id, with the time since when they belong to it."""
    return membership.list_members(segment_id, query.limit, request.position(query, str))


def list_segments_of(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[HeldSegmentView]:
    """The segments that a customer belongs to, by id."""
    return membership.list_segments_of(customer_id, query.limit, request.position(query, str))


def hear_profile(heard: Heard[CustomerRegistered] | Heard[CustomerUpdated]) -> None:
    """Store the registration and the status, and move the customer between segments."""
    note_profile(heard.data.customer_id, heard.version, heard.data.profile, heard.cause)


def hear_order_recorded(heard: Heard[OrderRecorded]) -> None:
    """Store the stats of the customer's orders, and move the customer between segments."""
    # An order without a person says nothing of anybody.
    if heard.data.customer_id is not None and heard.data.stats is not None:
        note_order_stats(heard.data.customer_id, heard.data.stats, heard.cause)


def refresh(context: Any) -> dict[str, Any]:
    """Move the customers whose segments time alone changes."""
    cause = Cause("schedule:refresh", context.aws_request_id)
    run = refresh_due_rows(cause, time_left(context))
    return {"evaluated": run.done, "failed": run.failed, "finished": run.finished}
