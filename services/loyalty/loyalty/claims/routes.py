"""The routes of claims."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.claims import usecases as claims
from loyalty.claims.models import ClaimView, NewClaim
from loyalty.points import usecases as points
from shared.http import Idempotency, Page, PageQuery, Request, Routes
from shared.ids import ClaimId, CustomerId

endpoint = Routes(ACCESS["claims"])


@endpoint.post(
    "/api/customers/{customer_id}/claims",
    status=201,
    idempotency=Idempotency.REQUIRED,
    problems=[
        points.EmailNotVerifiedError,
        points.InsufficientPointsError,
        claims.RewardNotAvailableError,
        claims.ClaimLimitError,
        claims.OutOfStockError,
    ],
)
def claim_reward(request: Request, customer_id: CustomerId, body: NewClaim) -> ClaimView:
    """Take a reward of the catalogue for points, at what it costs now."""
    by_self = request.principal.is_customer
    return claims.claim_reward(customer_id, body, by_self=by_self, cause=request.cause, attempt=request.attempt)


@endpoint.get("/api/customers/{customer_id}/claims", problems=[points.EmailNotVerifiedError])
def list_claims(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[ClaimView]:
    """The rewards that a customer took, newest first."""
    return claims.list_claims(customer_id, query, request.cursor(query), by_self=request.principal.is_customer)


@endpoint.get("/api/customers/{customer_id}/claims/{claim_id}", problems=[points.EmailNotVerifiedError])
def read_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """One reward that a customer took, with its code."""
    return claims.read_claim(customer_id, claim_id, by_self=request.principal.is_customer)


@endpoint.post("/api/customers/{customer_id}/claims/{claim_id}/fulfil", problems=[claims.ClaimSettledError])
def fulfil_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """Note that the customer has got what was claimed. Any number of times is once."""
    del request
    return claims.fulfil_claim(customer_id, claim_id)


@endpoint.post("/api/customers/{customer_id}/claims/{claim_id}/cancel", problems=[claims.ClaimSettledError])
def cancel_claim(request: Request, customer_id: CustomerId, claim_id: ClaimId) -> ClaimView:
    """Undo a claim that was not fulfilled: the points come back. Its code is known to somebody, and not given again."""
    return claims.cancel_claim(customer_id, claim_id, request.cause)
