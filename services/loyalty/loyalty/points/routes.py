"""The routes of points and tiers."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.points import usecases as points
from loyalty.points import usecases as tiers
from loyalty.points.models import EntriesQuery, EntryView, PointsView, VerificationView
from loyalty.points.tier_models import LadderView, TierChangeView, TierView
from shared.http import Page, PageQuery, Request, Routes
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


@endpoint.get("/api/customers/{customer_id}/tier", problems=[points.EmailNotVerifiedError])
def read_tier(request: Request, customer_id: CustomerId) -> TierView:
    """A customer's tier: what it gives, until when it is kept, and the way to the next."""
    return tiers.read_tier(customer_id, by_self=request.principal.is_customer)


@endpoint.get("/api/customers/{customer_id}/tier/history", problems=[points.EmailNotVerifiedError])
def list_tier_changes(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[TierChangeView]:
    """The changes of a customer's tier, newest first."""
    return tiers.list_tier_changes(customer_id, query, request.cursor(query), by_self=request.principal.is_customer)


@endpoint.get("/api/loyalty/tiers")
def read_ladder(request: Request) -> LadderView:
    """All tiers: what reaches them, and what they give."""
    del request
    return tiers.read_ladder()
