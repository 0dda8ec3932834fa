"""Events that change a contact."""

from __future__ import annotations

from notifications.contacts.usecases import update_contact
from shared.events.privacy import ConsentChanged
from shared.messages.inbox import Heard


def hear_consent_changed(heard: Heard[ConsentChanged]) -> None:
    """Store the decision in the contact."""
    update_contact(heard.data.customer_id, consents=[heard.data.consent])
