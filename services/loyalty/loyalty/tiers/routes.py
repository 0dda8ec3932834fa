"""The routes of tiers."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.points import usecases as points
from loyalty.tiers import usecases as tiers
from loyalty.tiers.models import LadderView, TierChangeView, TierView
from shared.http import Page, PageQuery, Request, Routes
from shared.ids import CustomerId

endpoint = Routes(ACCESS["tiers"])


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
