"""Requests and events about accounts: each calls one use case."""

from __future__ import annotations

from customers.accounts import changes
from customers.accounts import usecases as accounts
from customers.accounts.models import (
    CustomerDetails,
    CustomerPatch,
    CustomerView,
    NewCustomer,
    Registration,
    Source,
)
from shared.events.privacy import ConsentChanged
from shared.http import Page, PageQuery, Request
from shared.ids import CustomerId
from shared.messages.inbox import Heard


def create_customer(request: Request, body: NewCustomer) -> CustomerView:
    """Register a customer for the shop; a guest with this e-mail becomes the customer, under the same id."""
    source = Source.STAFF if request.principal.is_staff else Source.STOREFRONT
    return accounts.create_customer(body, source, request.cause, request.attempt)


def register_customer(request: Request, body: Registration) -> CustomerView:
    """A person's own registration, with their consents; also of somebody who was erased, under a new id."""
    return accounts.register_customer(body, request.cause, request.attempt)


def list_customers(request: Request, query: PageQuery) -> Page[CustomerView]:
    """Everyone with an account, guests too, newest first."""
    return accounts.list_customers(query.limit, request.position(query, str))


def read_customer(request: Request, customer_id: CustomerId) -> CustomerView:
    """One customer."""
    return accounts.read_customer(customer_id)


def change_customer(request: Request, customer_id: CustomerId, body: CustomerPatch) -> CustomerView:
    """Change some details (RFC 7396). Customers may change their own names, phone and locale.

    They set their date of birth once; afterwards only staff change it.
    """
    by_self = request.principal.is_customer
    return changes.change_customer(customer_id, body, request.if_match, request.cause, by_self=by_self)


def replace_customer(request: Request, customer_id: CustomerId, body: CustomerDetails) -> CustomerView:
    """Replace all details."""
    return changes.replace_customer(customer_id, body, request.if_match, request.cause)


def hear_consent_changed(heard: Heard[ConsentChanged]) -> None:
    """Say so if the consent is of nobody: whoever logs it cannot know who exists."""
    accounts.answer_for_nobody(heard.data.customer_id, heard.id, heard.cause)
