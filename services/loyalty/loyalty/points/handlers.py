"""Requests and events of points: each calls one use case."""

from __future__ import annotations

from loyalty.points import usecases as points
from loyalty.points.models import EntriesQuery, EntryView, PointsView, VerificationView
from shared.events.customers import CustomerUpdated
from shared.http import Page, Request
from shared.ids import CustomerId
from shared.messages.inbox import Heard


def read_points(request: Request, customer_id: CustomerId) -> PointsView:
    """A customer's points: balance, tier, what expires next, what is missing to the next tier."""
    return points.read_points(customer_id, by_self=request.principal.is_customer)


def list_entries(request: Request, customer_id: CustomerId, query: EntriesQuery) -> Page[EntryView]:
    """A customer's ledger, newest first. The newest entry may show a moment after it is posted."""
    names_staff, by_self = request.principal.is_staff, request.principal.is_customer
    return points.list_entries(
        customer_id, query, request.position(query, int), names_staff=names_staff, by_self=by_self
    )


def verify_entries(request: Request, customer_id: CustomerId) -> VerificationView:
    """Compute a customer's whole ledger again: its chain of hashes, every sum, and the account's state."""
    del request
    return points.verify_entries(customer_id)


def hear_customer_updated(heard: Heard[CustomerUpdated]) -> None:
    """Keep the part of the profile that loyalty needs."""
    points.keep_profile(heard.data, heard.version)
