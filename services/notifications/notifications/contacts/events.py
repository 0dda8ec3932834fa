"""The events of contacts, built from the items that carry them."""

from __future__ import annotations

from notifications.contacts.items import Contact
from shared.events.customers import Channel
from shared.events.notifications import Unsubscribed
from shared.items.table import Told


def unsubscribed(contact: Contact, told: Told) -> Unsubscribed:
    channel = Channel(told.about or "")
    decision = next(each for each in contact.decisions if each.channel is channel)
    return Unsubscribed(customer_id=contact.customer_id, channel=channel, unsubscribed_at=decision.decided_at)
