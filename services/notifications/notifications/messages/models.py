"""Messages: the due message, its status, and its form for callers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from notifications.templates.models import Template
from shared.events.customers import Channel
from shared.ids import MessageId
from shared.model import ApiModel


class MessageStatus(StrEnum):
    """How far a message has come."""

    SENDING = "sending"
    # The provider has certainly not taken it yet, and the queue delivers the event again; or it waits for the address
    # to be verified, and the event of that sends it.
    WAITING = "waiting"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    # Nobody knows whether the provider took it. It is not sent again: the recipient gets one copy or none, never two.
    INTERRUPTED = "interrupted"


class SkipReason(StrEnum):
    """Why the gate let a message not pass. `ERASED` leaves no record, and with `NOT_VERIFIED` the message waits."""

    ERASED = "erased"
    NO_ADDRESS = "no_address"
    STATUS_INACTIVE = "status_inactive"
    STATUS_BANNED = "status_banned"
    NO_CONSENT = "no_consent"
    NOT_VERIFIED = "not_verified"
    # The message is secret, and nobody has shown to read what goes to this address.
    UNPROVEN_ADDRESS = "unproven_address"
    # The subject of the message is over.
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class Due:
    """A due message. It is sent once for each occasion, customer and channel.

    `occasion_at` is a time of the occasion itself. It is part of the record's key, so every event about the occasion
    must give the same time. `values` are the template's values beside the person and the shop. No record stores them,
    so a repeated event must bring them again. From `over_at` on it is too late to send the message. Until
    `patient_until` nothing is decided about an unknown recipient, because the registration may be on its way.
    """

    customer_id: str
    template: Template
    occasion: str
    occasion_at: datetime
    channel: Channel = Channel.EMAIL
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    over_at: datetime | None = None
    patient_until: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """The result of an attempt to send. `reason` is a code, never the provider's text, which may name an address."""

    status: MessageStatus
    reason: str | None = None
    provider_id: str | None = None


class MessageView(ApiModel):
    """One message to a customer: never its address or text. `reason` says why it was not sent."""

    id: MessageId
    template: str
    channel: Channel
    occasion: str
    status: MessageStatus
    reason: str | None
    created_at: AwareDatetime
    sent_at: AwareDatetime | None
