"""Events that change a contact."""

from __future__ import annotations

from notifications.contacts.usecases import forget_nobody, update_contact
from shared.events.customers import CustomerUnknown
from shared.events.privacy import ConsentChanged
from shared.messages.inbox import Heard


def hear_consent_changed(heard: Heard[ConsentChanged]) -> None:
    """Store the decision in the contact."""
    update_contact(heard.data.customer_id, consents=[heard.data.consent])


def hear_customer_unknown(heard: Heard[CustomerUnknown]) -> None:
    """Drop the consents of an id that nobody has, also those that are heard later."""
    forget_nobody(heard.data.customer_id)
