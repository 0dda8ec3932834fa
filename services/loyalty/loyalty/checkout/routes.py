"""The routes of checkout."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.checkout.models import NewQuote, QuoteView
from loyalty.checkout.usecases import quote_checkout
from loyalty.credit import usecases as credit
from loyalty.points import usecases as points
from shared.http import Request, Routes
from shared.ids import CustomerId

endpoint = Routes(ACCESS["checkout"])


@endpoint.post(
    "/api/customers/{customer_id}/checkout-quote",
    problems=[points.EmailNotVerifiedError, points.InsufficientPointsError, credit.InsufficientCreditError],
)
def quote(request: Request, customer_id: CustomerId, body: NewQuote) -> QuoteView:
    """What points and store credit can pay of an order together, and what remains. It holds nothing."""
    return quote_checkout(customer_id, body, by_self=request.principal.is_customer)
