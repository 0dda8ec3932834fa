"""Requests and events about consents: each calls one use case."""

from __future__ import annotations

from privacy.consents import usecases as consents
from privacy.consents.models import ConsentsPage, LoggedConsent, NewConsent
from shared.events.customers import CustomerRegistered, CustomerUnknown
from shared.events.notifications import Unsubscribed
from shared.http import PageQuery, Request
from shared.ids import CustomerId
from shared.messages.inbox import Heard
from shared.roles import Role


def read_consents(request: Request, customer_id: CustomerId, query: PageQuery) -> ConsentsPage:
    """Read what a customer consents to now, and the log, newest first."""
    as_proof = Role.COMPLIANCE in request.principal.roles
    before, names_staff = request.position(query, str), request.principal.is_staff
    return consents.read_consents(customer_id, query, before, as_proof=as_proof, names_staff=names_staff)


def give_consent(request: Request, customer_id: CustomerId, body: NewConsent) -> LoggedConsent:
    """Log a consent that a customer gives or withdraws now."""
    return consents.give_consent(customer_id, body, cause=request.cause, attempt=request.attempt)


def hear_customer_registered(heard: Heard[CustomerRegistered]) -> None:
    """Log the consents that a person gave when they registered."""
    consents.log_registration(heard)


def hear_customer_unknown(heard: Heard[CustomerUnknown]) -> None:
    """Drop the consents of an id that nobody has."""
    consents.drop_log(heard.data.customer_id)


def hear_unsubscribed(heard: Heard[Unsubscribed]) -> None:
    """Log that a person withdrew a consent by the link in a mail."""
    consents.log_unsubscribe(heard)
