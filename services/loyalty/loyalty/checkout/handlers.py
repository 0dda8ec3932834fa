"""Requests of checkout: each calls one use case."""

from __future__ import annotations

from loyalty.checkout import credit_holds, redemptions
from loyalty.checkout.models import (
    CreditCapture,
    CreditHoldView,
    NewCreditHold,
    NewPointsHold,
    NewRedemption,
    PointsCapture,
    PointsHoldView,
    RedemptionView,
)
from loyalty.checkout.quote_models import NewQuote, QuoteView
from loyalty.checkout.quotes import quote_checkout
from shared.http import Request
from shared.ids import CustomerId, HoldId


def quote(request: Request, customer_id: CustomerId, body: NewQuote) -> QuoteView:
    """What points and store credit can pay of an order together, and what remains. It holds nothing."""
    return quote_checkout(customer_id, body, by_self=request.principal.is_customer)


def hold_points(request: Request, customer_id: CustomerId, body: NewPointsHold) -> PointsHoldView:
    """Set points aside for a checkout, soonest expiring first. Not captured in time, they come back by themselves."""
    by_self = request.principal.is_customer
    return redemptions.hold_points(customer_id, body, by_self=by_self, cause=request.cause, signature=request.signature)


def read_hold(request: Request, customer_id: CustomerId, hold_id: HoldId) -> PointsHoldView:
    """A hold of points, also after it has ended."""
    return redemptions.read_hold(customer_id, hold_id, by_self=request.principal.is_customer)


def capture_hold(request: Request, customer_id: CustomerId, hold_id: HoldId, body: PointsCapture) -> PointsHoldView:
    """Spend all of a hold, or a part and give the rest back. The same again changes nothing and answers the same."""
    by_self = request.principal.is_customer
    return redemptions.capture_hold(customer_id, hold_id, body, by_self=by_self, cause=request.cause)


def release_hold(request: Request, customer_id: CustomerId, hold_id: HoldId) -> PointsHoldView:
    """Give a hold back. Any number of times is once."""
    return redemptions.release_hold(customer_id, hold_id, by_self=request.principal.is_customer, cause=request.cause)


def redeem_points(request: Request, customer_id: CustomerId, body: NewRedemption) -> RedemptionView:
    """Spend points at once, soonest expiring first."""
    by_self = request.principal.is_customer
    return redemptions.redeem_points(
        customer_id, body, by_self=by_self, cause=request.cause, signature=request.signature
    )


def hold_credit(request: Request, customer_id: CustomerId, body: NewCreditHold) -> CreditHoldView:
    """Set store credit aside for a checkout. It comes back by itself when its time is over."""
    by_self = request.principal.is_customer
    return credit_holds.hold_credit(
        customer_id, body, by_self=by_self, cause=request.cause, signature=request.signature
    )


def read_credit_hold(request: Request, customer_id: CustomerId, hold_id: HoldId) -> CreditHoldView:
    """A hold of store credit, and what became of it."""
    return credit_holds.read_hold(customer_id, hold_id, by_self=request.principal.is_customer)


def capture_credit(request: Request, customer_id: CustomerId, hold_id: HoldId, body: CreditCapture) -> CreditHoldView:
    """Pay with all of a hold, or with a part and give the rest back. The same again changes nothing."""
    by_self = request.principal.is_customer
    return credit_holds.capture_hold(customer_id, hold_id, body, by_self=by_self, cause=request.cause)


def release_credit(request: Request, customer_id: CustomerId, hold_id: HoldId) -> CreditHoldView:
    """Give a hold back: the payment failed, say. Any number of times is once."""
    return credit_holds.release_hold(customer_id, hold_id, by_self=request.principal.is_customer, cause=request.cause)
