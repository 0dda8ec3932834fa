"""The routes of points."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.points import usecases as points
from loyalty.points.models import EntriesQuery, EntryView, PointsView, VerificationView
from shared.http import Page, Request, Routes
from shared.ids import CustomerId

endpoint = Routes(ACCESS["points"])


@endpoint.get("/api/customers/{customer_id}/points", problems=[points.EmailNotVerifiedError])
def read_points(request: Request, customer_id: CustomerId) -> PointsView:
    """How a customer's points stand: balance, tier, what expires next, what is missing to the next tier."""
    return points.read_points(customer_id, by_self=request.principal.is_customer)


@endpoint.get("/api/customers/{customer_id}/points/entries", problems=[points.EmailNotVerifiedError])
def list_entries(request: Request, customer_id: CustomerId, query: EntriesQuery) -> Page[EntryView]:
    """A customer's ledger, newest first. The newest entry may show a moment after it is posted."""
    names_staff, by_self = request.principal.is_staff, request.principal.is_customer
    return points.list_entries(customer_id, query, request.cursor(query), names_staff=names_staff, by_self=by_self)


@endpoint.get("/api/customers/{customer_id}/points/verification")
def verify_entries(request: Request, customer_id: CustomerId) -> VerificationView:
    """Compute a customer's whole ledger again: its chain of hashes, and every sum."""
    del request
    return points.verify_entries(customer_id)
