"""Events that customers are told about by mail."""

from __future__ import annotations

from notifications.notices import usecases as notices
from shared.events.loyalty import (
    CreditExpiring,
    CreditIssued,
    PointsAdjusted,
    PointsExpiring,
    PointsTransferred,
    TierChanged,
    TransferRequested,
)
from shared.messages.inbox import Heard


def hear_points_adjusted(heard: Heard[PointsAdjusted]) -> None:
    """Mail the notice of an adjustment."""
    notices.notify_of_adjustment(heard.data, heard.occurred_at, heard.cause)


def hear_points_transferred(heard: Heard[PointsTransferred]) -> None:
    """Mail the notice of points that were sent or received, or went back."""
    notices.notify_of_transfer(heard.data, heard.occurred_at, heard.cause)


def hear_transfer_requested(heard: Heard[TransferRequested]) -> None:
    """Mail the code that confirms a transfer."""
    notices.mail_code(heard.data, heard.occurred_at, heard.cause)


def hear_tier_changed(heard: Heard[TierChanged]) -> None:
    """Mail the notice of a tier that was reached."""
    notices.notify_of_tier(heard.data, heard.occurred_at, heard.cause)


def hear_credit_issued(heard: Heard[CreditIssued]) -> None:
    """Mail the notice of store credit that staff gave."""
    notices.notify_of_credit(heard.data, heard.occurred_at, heard.cause)


def hear_points_expiring(heard: Heard[PointsExpiring]) -> None:
    """Mail the warning of expiring points."""
    notices.warn_of_points(heard.data, heard.occurred_at, heard.cause)


def hear_credit_expiring(heard: Heard[CreditExpiring]) -> None:
    """Mail the warning of expiring store credit."""
    notices.warn_of_credit(heard.data, heard.occurred_at, heard.cause)
