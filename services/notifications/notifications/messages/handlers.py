"""Requests about messages, and the events that cause a welcome."""

from __future__ import annotations

from notifications.contacts.usecases import update_contact
from notifications.messages import usecases as messages
from notifications.messages.models import MessageView
from shared.events.customers import CustomerRegistered, CustomerUpdated
from shared.http import Page, PageQuery, Request
from shared.ids import CustomerId
from shared.messages.inbox import Heard


def list_messages(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[MessageView]:
    """List a customer's messages, newest first, with the reason for each that was not sent."""
    return messages.list_messages(customer_id, query.limit, request.position(query, str))


def hear_customer_registered(heard: Heard[CustomerRegistered]) -> None:
    """Store the contact, and send the welcome mail."""
    data = heard.data
    update_contact(data.customer_id, profile=data.profile, version=heard.version, consents=data.consents)
    messages.send_welcome(data.customer_id, data.profile.registered_at, heard.cause)


def hear_customer_updated(heard: Heard[CustomerUpdated]) -> None:
    """Store the profile in the contact, and send the welcome that waited for the address to be verified."""
    data = heard.data
    update_contact(data.customer_id, profile=data.profile, version=heard.version)
    if data.profile.email_verified:
        messages.send_waiting_welcome(data.customer_id, data.profile.registered_at, heard.cause)
