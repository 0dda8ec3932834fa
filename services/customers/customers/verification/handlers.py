"""Events about verified e-mails."""

from __future__ import annotations

from customers.verification.usecases import tell_waiting
from shared.events.customers import CustomerUpdated
from shared.messages.inbox import Heard


def hear_customer_updated(heard: Heard[CustomerUpdated]) -> None:
    """Once the e-mail is verified, tell the orders and reviews that waited for it again."""
    tell_waiting(heard.data, heard.version, heard.cause)
