"""Mails customers once about each change of points and store credit that is no order's, and about each tier reached.

No consent is needed.
"""

from __future__ import annotations

from datetime import datetime

from notifications.messages.usecases import send_once
from notifications.notices import rules
from shared import clock
from shared.events.loyalty import (
    CreditExpiring,
    CreditIssued,
    PointsAdjusted,
    PointsExpiring,
    PointsTransferred,
    TierChanged,
    TransferRequested,
)
from shared.messages.cause import Cause


def notify_of_adjustment(data: PointsAdjusted, told_at: datetime, cause: Cause) -> None:
    """Mail the customer the points that staff gave or took, with the reason, unless staff turned the notice off.

    Raises MailNotTakenError and NotKnownYetError like `send_once`.
    """
    if data.notify:
        send_once(rules.adjustment(data, told_at), cause)


def notify_of_transfer(data: PointsTransferred, told_at: datetime, cause: Cause) -> None:
    """Mail the customer the points that they sent or received, or that went back, unless it is too late.

    Raises MailNotTakenError like `send_once`.
    """
    send_once(rules.transfer(data, told_at), cause)


def mail_code(data: TransferRequested, told_at: datetime, cause: Cause) -> None:
    """Mail the sender the code of a transfer, to a verified address alone, while the code confirms anything.

    Raises MailNotTakenError like `send_once`.
    """
    if data.code is not None:
        send_once(rules.transfer_code(data, data.code, told_at), cause)


def notify_of_tier(data: TierChanged, told_at: datetime, cause: Cause) -> None:
    """Mail the customer the tier that they reached, if loyalty says that they are to hear of it, and it is news still.

    Raises MailNotTakenError and NotKnownYetError like `send_once`.
    """
    if data.notify:
        send_once(rules.tier(data, told_at), cause)


def notify_of_credit(data: CreditIssued, told_at: datetime, cause: Cause) -> None:
    """Mail the customer the store credit that staff gave, unless staff turned the notice off or it is too late.

    Raises MailNotTakenError and NotKnownYetError like `send_once`.
    """
    if data.notify:
        send_once(rules.issued_credit(data, told_at), cause)


def warn_of_points(data: PointsExpiring, told_at: datetime, cause: Cause) -> None:
    """Mail the customer how many points end on which day, unless it is too late. Raises MailNotTakenError."""
    send_once(rules.expiring_points(data, told_at, clock.now()), cause)


def warn_of_credit(data: CreditExpiring, told_at: datetime, cause: Cause) -> None:
    """Mail the customer how much store credit ends on which day, unless it is too late. Raises MailNotTakenError."""
    send_once(rules.expiring_credit(data, told_at, clock.now()), cause)
