"""The routes of redeeming."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.ledger.held import HoldEndedError, TooManyHoldsError
from loyalty.points import usecases as points
from loyalty.redeeming import usecases as redeeming
from loyalty.redeeming.models import NewPointsHold, NewRedemption, PointsCapture, PointsHoldView, RedemptionView
from shared.http import Idempotency, Request, Routes
from shared.ids import CustomerId, HoldId

endpoint = Routes(ACCESS["redeeming"])


@endpoint.post(
    "/api/customers/{customer_id}/holds",
    status=201,
    idempotency=Idempotency.BY_EFFECT,
    problems=[points.EmailNotVerifiedError, points.InsufficientPointsError, TooManyHoldsError],
)
def hold_points(request: Request, customer_id: CustomerId, body: NewPointsHold) -> PointsHoldView:
    """Set points aside for a checkout, soonest expiring first. Not captured in time, they come back by themselves."""
    by_self = request.principal.is_customer
    return redeeming.hold_points(customer_id, body, by_self=by_self, cause=request.cause, signature=request.signature)


@endpoint.get("/api/customers/{customer_id}/holds/{hold_id}", problems=[points.EmailNotVerifiedError])
def read_hold(request: Request, customer_id: CustomerId, hold_id: HoldId) -> PointsHoldView:
    """A hold of points, also after it has ended."""
    return redeeming.read_hold(customer_id, hold_id, by_self=request.principal.is_customer)


@endpoint.post(
    "/api/customers/{customer_id}/holds/{hold_id}/capture", problems=[points.EmailNotVerifiedError, HoldEndedError]
)
def capture_hold(request: Request, customer_id: CustomerId, hold_id: HoldId, body: PointsCapture) -> PointsHoldView:
    """Spend all of a hold, or a part and give the rest back. The same again changes nothing and answers the same."""
    by_self = request.principal.is_customer
    return redeeming.capture_hold(customer_id, hold_id, body, by_self=by_self, cause=request.cause)


@endpoint.post(
    "/api/customers/{customer_id}/holds/{hold_id}/release", problems=[points.EmailNotVerifiedError, HoldEndedError]
)
def release_hold(request: Request, customer_id: CustomerId, hold_id: HoldId) -> PointsHoldView:
    """Give a hold back. Any number of times is once."""
    return redeeming.release_hold(customer_id, hold_id, by_self=request.principal.is_customer, cause=request.cause)


@endpoint.post(
    "/api/customers/{customer_id}/redemptions",
    status=201,
    idempotency=Idempotency.BY_EFFECT,
    problems=[points.EmailNotVerifiedError, points.InsufficientPointsError],
)
def redeem_points(request: Request, customer_id: CustomerId, body: NewRedemption) -> RedemptionView:
    """Spend points at once, soonest expiring first."""
    by_self = request.principal.is_customer
    return redeeming.redeem_points(customer_id, body, by_self=by_self, cause=request.cause, signature=request.signature)
