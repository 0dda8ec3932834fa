"""The routes of referrals."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.points import usecases as points
from loyalty.referrals import usecases as referrals
from loyalty.referrals.models import NewReferral, ReferralView
from shared.http import Idempotency, Request, Routes
from shared.ids import CustomerId

endpoint = Routes(ACCESS["referrals"])


@endpoint.get("/api/customers/{customer_id}/referral", problems=[points.EmailNotVerifiedError])
def read_referral(request: Request, customer_id: CustomerId) -> ReferralView:
    """Whether somebody brought this customer, and what it gives both."""
    return referrals.read_referral(customer_id, by_self=request.principal.is_customer)


@endpoint.post(
    "/api/customers/{customer_id}/referral",
    status=201,
    idempotency=Idempotency.ACCEPTED,
    problems=[points.EmailNotVerifiedError, referrals.ReferralExistsError, referrals.ReferralTooLateError],
)
def name_referrer(request: Request, customer_id: CustomerId, body: NewReferral) -> ReferralView:
    """Say whose card brought this customer, once, before their first order earns; then both are thanked."""
    return referrals.name_referrer(
        customer_id, body.card_number, by_self=request.principal.is_customer, attempt=request.attempt
    )
