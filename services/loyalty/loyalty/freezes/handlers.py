"""Requests of freezes: each calls one use case."""

from __future__ import annotations

from loyalty.freezes import usecases as freezes
from loyalty.freezes.models import FreezeView, NewFreeze
from shared.http import Request
from shared.ids import CustomerId


def read_freeze(request: Request, customer_id: CustomerId) -> FreezeView:
    """Whether a customer's account is frozen, and who froze and unfroze it, when and why."""
    del request
    return freezes.read_freeze(customer_id)


def change_freeze(request: Request, customer_id: CustomerId, body: NewFreeze) -> FreezeView:
    """Freeze an account, or unfreeze it. While it is frozen, nothing is spent, and orders earn as always."""
    return freezes.change_freeze(customer_id, body, request.if_match, request.cause)
