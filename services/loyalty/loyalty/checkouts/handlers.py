"""Requests of checkouts: each calls one use case."""

from __future__ import annotations

from loyalty.checkouts import usecases
from loyalty.checkouts.models import CheckoutView, NewCheckout
from shared.http import Request
from shared.ids import CheckoutId


def put_checkout(request: Request, checkout_id: CheckoutId, body: NewCheckout) -> CheckoutView:
    """Set points and store credit aside for a cart, or for the cart as it is now. Whoever made it may change it."""
    return usecases.put_checkout(checkout_id, body, by=request.principal, cause=request.cause)


def read_checkout(request: Request, checkout_id: CheckoutId) -> CheckoutView:
    """A checkout: what it uses, what remains to pay, and what became of it."""
    return usecases.read_checkout(checkout_id, by=request.principal)


def end_checkout(request: Request, checkout_id: CheckoutId) -> CheckoutView:
    """Give back what a checkout holds, for good. Any number of times is once."""
    return usecases.end_checkout(checkout_id, by=request.principal, cause=request.cause)
