"""Events that customers are told about by mail."""

from __future__ import annotations

from notifications.notices.usecases import notify_of_adjustment, warn_of_credit, warn_of_points
from shared.events.loyalty import CreditExpiring, PointsAdjusted, PointsExpiring
from shared.messages.inbox import Heard


def hear_points_adjusted(heard: Heard[PointsAdjusted]) -> None:
    """Mail the notice of an adjustment."""
    notify_of_adjustment(heard.data, heard.occurred_at, heard.cause)


def hear_points_expiring(heard: Heard[PointsExpiring]) -> None:
    """Mail the warning of expiring points."""
    warn_of_points(heard.data, heard.occurred_at, heard.cause)


def hear_credit_expiring(heard: Heard[CreditExpiring]) -> None:
    """Mail the warning of expiring store credit."""
    warn_of_credit(heard.data, heard.occurred_at, heard.cause)
