"""What privacy hears, with what it does about it, and what it tells, with how it is built from the item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from privacy.consents.store import ConsentEntry
from privacy.consents.usecases import log_registration, log_unsubscribe
from privacy.erasure.usecases import erase_own_data, hear_answer
from privacy.requests.store import Request
from shared.events.base import EventData
from shared.events.customers import Consent, CustomerRegistered
from shared.events.notifications import Unsubscribed
from shared.events.privacy import ConsentChanged, ErasureAnswered, ErasureRequested, RequestCompleted
from shared.inbox import Heard
from shared.table import Told

HEARS: Final[Mapping[type[EventData], Callable[[Heard[Any]], None]]] = {
    CustomerRegistered: log_registration,
    Unsubscribed: log_unsubscribe,
    # Its own request too: privacy erases like the others, and is waited for like them.
    ErasureRequested: erase_own_data,
    ErasureAnswered: hear_answer,
}


def _consent_changed(entry: ConsentEntry, _: Told) -> ConsentChanged:
    consent = Consent(channel=entry.channel, granted=entry.granted, decided_at=entry.decided_at)
    return ConsentChanged(customer_id=entry.customer_id, consent=consent)


def _erasure_requested(request: Request, _: Told) -> ErasureRequested:
    return ErasureRequested(request_id=request.id, customer_id=request.customer_id)


def _request_completed(request: Request, _: Told) -> RequestCompleted:
    return RequestCompleted(request_id=request.id, customer_id=request.customer_id, kind=request.asks_for.value)


TELLS: Final[Mapping[type[EventData], Callable[[Any, Told], EventData]]] = {
    ConsentChanged: _consent_changed,
    ErasureRequested: _erasure_requested,
    RequestCompleted: _request_completed,
}
