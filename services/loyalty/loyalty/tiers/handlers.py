"""Requests of tiers: each calls one use case."""

from __future__ import annotations

from loyalty.tiers import usecases as tiers
from loyalty.tiers.models import LadderView, NewGivenTier, TierChangeView, TierView
from shared.http import Page, PageQuery, Request
from shared.ids import CustomerId


def read_tier(request: Request, customer_id: CustomerId) -> TierView:
    """A customer's tier: what it gives, until when it is kept, and the way to the next."""
    return tiers.read_tier(customer_id, by_self=request.principal.is_customer)


def change_given_tier(request: Request, customer_id: CustomerId, body: NewGivenTier) -> TierView:
    """Give a customer a tier until a day, or take it back. Nobody falls below the tier that the orders reach."""
    return tiers.change_given_tier(customer_id, body, request.cause)


def list_tier_changes(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[TierChangeView]:
    """The changes of a customer's tier, newest first."""
    return tiers.list_tier_changes(
        customer_id, query, request.position(query, int), by_self=request.principal.is_customer
    )


def read_ladder(request: Request) -> LadderView:
    """All tiers: what reaches them, and what they give."""
    del request
    return tiers.read_ladder()
