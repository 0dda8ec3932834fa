"""Every route and trigger of customers: parse, call one use case, return."""

from __future__ import annotations

import shared.coldstart  # noqa: F401  # isort: skip  # before all that takes time

from typing import Any

from chalice import Chalice
from chalice.app import DynamoDBEvent, SQSEvent

from customers.access import ACCESS
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
from customers.emails.store import EmailErasedError, EmailTakenError
from customers.events import HEARS, TELLS
from customers.orders import usecases as orders
from customers.orders.models import NewOrder, OrderView, StatsView
from customers.orders.usecases import OrderDiffersError, OrderTakenError
from customers.settings import CustomersSettings
from customers.table import CustomersItem, Receipt
from shared.http import Endpoints, Idempotency, Page, PageQuery, Request
from shared.http.receipts import KeyRequiredError
from shared.ids import CustomerId, OrderId
from shared.inbox import receive
from shared.observability import observe
from shared.outbox import Relay

app = Chalice(app_name="customers")
observe(app)
endpoint = Endpoints(app, ACCESS, receipts=Receipt)


@endpoint.post(
    "/api/customers", status=201, idempotency=Idempotency.ACCEPTED, problems=[EmailTakenError, EmailErasedError]
)
def create_customer(request: Request, body: NewCustomer) -> CustomerView:
    """Register a customer for the shop; a guest with this e-mail becomes the customer, under the same id."""
    source = Source.STAFF if request.principal.is_staff else Source.STOREFRONT
    return accounts.create_customer(body, source, request.cause, request.attempt)


@endpoint.post("/api/registrations", status=201, idempotency=Idempotency.ACCEPTED, problems=[EmailTakenError])
def register_customer(request: Request, body: Registration) -> CustomerView:
    """A person's own registration, with their consents; also of somebody who was erased, under a new id."""
    return accounts.register_customer(body, request.cause, request.attempt)


@endpoint.get("/api/customers")
def list_customers(request: Request, query: PageQuery) -> Page[CustomerView]:
    """Everyone with an account, guests too, newest first."""
    return accounts.list_customers(query.limit, request.cursor(query))


@endpoint.get("/api/customers/{customer_id}")
def read_customer(request: Request, customer_id: CustomerId) -> CustomerView:
    """One customer."""
    return accounts.read_customer(customer_id)


@endpoint.patch("/api/customers/{customer_id}", if_match=True, problems=[EmailTakenError, EmailErasedError])
def change_customer(request: Request, customer_id: CustomerId, body: CustomerPatch) -> CustomerView:
    """Change some details (RFC 7396). Customers may change their own names, phone, date of birth and locale."""
    by_self = request.principal.is_customer
    return changes.change_customer(customer_id, body, request.if_match, request.cause, by_self=by_self)


@endpoint.put("/api/customers/{customer_id}", if_match=True, problems=[EmailTakenError, EmailErasedError])
def replace_customer(request: Request, customer_id: CustomerId, body: CustomerDetails) -> CustomerView:
    """Replace all details."""
    return changes.replace_customer(customer_id, body, request.if_match, request.cause)


@endpoint.get("/api/customers/{customer_id}/stats")
def read_stats(request: Request, customer_id: CustomerId) -> StatsView:
    """What the customer's orders come to, by currency."""
    return orders.read_stats(customer_id)


@endpoint.post(
    "/api/customers/{customer_id}/orders",
    status=201,
    idempotency=Idempotency.ACCEPTED,
    problems=[KeyRequiredError, OrderTakenError, OrderDiffersError],
)
def add_order(request: Request, customer_id: CustomerId, body: NewOrder) -> OrderView:
    """Record an order of the customer; the same order again is the same order. Needs an id or an Idempotency-Key."""
    return orders.add_order(customer_id, body, request.cause, request.attempt)


@endpoint.get("/api/customers/{customer_id}/orders")
def list_orders(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[OrderView]:
    """The customer's orders, newest first; to customers those of before their registration once verified."""
    by_self = request.principal.is_customer
    return orders.list_orders(customer_id, query.limit, request.cursor(query), by_self=by_self)


@endpoint.get("/api/orders/{order_id}")
def read_order(request: Request, order_id: OrderId) -> OrderView:
    """One order."""
    return orders.read_order(order_id)


@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:123456789012:placeholder", name="inbox")
def inbox(event: SQSEvent) -> dict[str, Any]:
    return receive(event.to_dict(), HEARS, event.context)


@app.on_dynamodb_record(stream_arn="arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/s", name="relay")
def relay(event: DynamoDBEvent) -> dict[str, Any]:
    return Relay("customers", CustomersItem, TELLS, CustomersSettings.read().bus_name).publish(event.to_dict())
