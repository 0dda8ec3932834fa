"""The events of requests, built from the items that carry them."""

from __future__ import annotations

from privacy.requests.store import Request
from shared.events.privacy import ErasureRequested, RequestCompleted
from shared.items.table import Told


def erasure_requested(request: Request, _: Told) -> ErasureRequested:
    return ErasureRequested(request_id=request.id, customer_id=request.customer_id)


def request_completed(request: Request, _: Told) -> RequestCompleted:
    return RequestCompleted(request_id=request.id, customer_id=request.customer_id, kind=request.asks_for.value)
