"""Events that notifications tells."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from pydantic import AwareDatetime

from shared.events.base import EventData
from shared.events.customers import Channel
from shared.ids import CustomerId


class MessageSent(EventData):
    """The provider took a message; never its address or text."""

    told_by = ("notifications",)
    customer_id: CustomerId
    message_id: str
    template: str
    channel: Channel


class Unsubscribed(EventData):
    """A person used the unsubscribe link."""

    told_by = ("notifications",)
    customer_id: CustomerId
    channel: Channel
    unsubscribed_at: AwareDatetime
