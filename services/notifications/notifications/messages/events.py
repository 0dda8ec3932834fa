"""The events of messages, built from the items that carry them."""

from __future__ import annotations

from notifications.messages.items import Message
from shared.events.notifications import MessageSent
from shared.items.table import Told


def message_sent(message: Message, _: Told) -> MessageSent:
    return MessageSent(
        customer_id=message.customer_id,
        message_id=message.message_id,
        template=message.template,
        channel=message.channel,
    )
