"""The gate: decides who gets which message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from notifications.contacts.models import Recipient
from notifications.messages.models import Due, SkipReason
from notifications.settings import OptIn
from notifications.templates.models import Purpose
from shared.events.customers import Channel, CustomerStatus

# Only active customers receive mail. These are the reasons for skipping messages to others.
REFUSED_STATUSES: Final[Mapping[CustomerStatus, SkipReason]] = {
    CustomerStatus.INACTIVE: SkipReason.STATUS_INACTIVE,
    CustomerStatus.BANNED: SkipReason.STATUS_BANNED,
}


def gate(recipient: Recipient, channel: Channel, purpose: Purpose, opt_in: OptIn) -> SkipReason | None:
    """None if the message may go to the recipient now, else the first reason against it."""
    if recipient.erased:
        return SkipReason.ERASED
    if not recipient.address or recipient.status is None:
        return SkipReason.NO_ADDRESS
    if recipient.status is not CustomerStatus.ACTIVE:
        return REFUSED_STATUSES[recipient.status]
    return _refused_marketing(recipient, channel, opt_in) if purpose is Purpose.MARKETING else None


def _refused_marketing(recipient: Recipient, channel: Channel, opt_in: OptIn) -> SkipReason | None:
    if not recipient.consents_to(channel):
        return SkipReason.NO_CONSENT
    # Anybody can register a stranger's address and consent in their name.
    return SkipReason.NOT_VERIFIED if opt_in is OptIn.DOUBLE and not recipient.is_verified else None


def is_unproven(recipient: Recipient, due: Due) -> bool:
    """Whether a secret would go to an address that nobody has verified."""
    return due.template.is_secret and not recipient.is_verified


def is_too_late(due: Due, now: datetime) -> bool:
    """Whether the subject of the message is over."""
    return due.over_at is not None and now >= due.over_at


def may_become_known(recipient: Recipient, due: Due, now: datetime) -> bool:
    """Whether to decide later, because the recipient's registration may arrive after the event of this message."""
    return (
        recipient.status is None and not recipient.erased and due.patient_until is not None and now < due.patient_until
    )
