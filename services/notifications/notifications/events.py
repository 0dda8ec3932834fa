"""What notifications hears and what it does about each; what it tells, and from which item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from notifications.contacts.items import Contact
from notifications.contacts.usecases import update_contact
from notifications.erasure.usecases import KEPT, erase_customer
from notifications.messages.items import Message
from notifications.messages.usecases import send_welcome
from notifications.notices.usecases import notify_of_adjustment, warn_of_credit, warn_of_points
from shared.events.customers import Channel, CustomerRegistered, CustomerUpdated
from shared.events.loyalty import CreditExpiring, PointsAdjusted, PointsExpiring
from shared.events.notifications import MessageSent, Unsubscribed
from shared.events.privacy import ConsentChanged, ErasureAnswered, ErasureRequested
from shared.inbox import Handlers, Heard

if TYPE_CHECKING:
    from shared.outbox import Builders
    from shared.table import Told


def _on_customer_registered(heard: Heard[CustomerRegistered]) -> None:
    data = heard.data
    update_contact(data.customer_id, profile=data.profile, version=heard.version, consents=data.consents)
    send_welcome(data.customer_id, data.profile.registered_at, heard.cause)


def _on_customer_updated(heard: Heard[CustomerUpdated]) -> None:
    update_contact(heard.data.customer_id, profile=heard.data.profile, version=heard.version)


def _on_points_adjusted(heard: Heard[PointsAdjusted]) -> None:
    notify_of_adjustment(heard.data, heard.occurred_at, heard.cause)


def _on_points_expiring(heard: Heard[PointsExpiring]) -> None:
    warn_of_points(heard.data, heard.occurred_at, heard.cause)


def _on_credit_expiring(heard: Heard[CreditExpiring]) -> None:
    warn_of_credit(heard.data, heard.occurred_at, heard.cause)


def _on_consent_changed(heard: Heard[ConsentChanged]) -> None:
    update_contact(heard.data.customer_id, consents=[heard.data.consent])


def _on_erasure_requested(heard: Heard[ErasureRequested]) -> None:
    erase_customer(heard.data.request_id, heard.data.customer_id, heard.cause)


def _message_sent(message: Message, _: Told) -> MessageSent:
    return MessageSent(
        customer_id=message.customer_id,
        message_id=message.message_id,
        template=message.template,
        channel=message.channel,
    )


def _unsubscribed(contact: Contact, told: Told) -> Unsubscribed:
    channel = Channel(told.about or "")
    decision = next(each for each in contact.decisions if each.channel is channel)
    return Unsubscribed(customer_id=contact.customer_id, channel=channel, unsubscribed_at=decision.decided_at)


def _erasure_answered(tombstone: Contact, told: Told) -> ErasureAnswered:
    return ErasureAnswered(
        request_id=told.about or "",
        customer_id=tombstone.customer_id,
        service="notifications",
        erased=tombstone.erased_counts or {},
        kept=[KEPT],
        answered_at=tombstone.answered_at or told.at,
    )


HEARS: Final[Handlers] = {
    CustomerRegistered: _on_customer_registered,
    CustomerUpdated: _on_customer_updated,
    PointsAdjusted: _on_points_adjusted,
    PointsExpiring: _on_points_expiring,
    CreditExpiring: _on_credit_expiring,
    ConsentChanged: _on_consent_changed,
    ErasureRequested: _on_erasure_requested,
}

TELLS: Final[Builders] = {
    MessageSent: _message_sent,
    Unsubscribed: _unsubscribed,
    ErasureAnswered: _erasure_answered,
}
