"""What loyalty tells that customers are written to about, and what stands in the mails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import pytest

from shared import clock
from shared.events.loyalty import (
    CreditExpiring,
    CreditIssued,
    PointsAdjusted,
    PointsExpiring,
    PointsMove,
    PointsTransferred,
    TierChanged,
    TransferRequested,
)
from tests.harness.heard import house_event
from tests.integration.notifications.stage import ADA, hear, profile, updated

IN_A_WEEK: Final = date(2026, 6, 8)
ADJUSTMENT: Final = "adj_01ARZ3NDEKTSV4RRFFQ69G5FAZ"
ISSUE: Final = "crd_01ARZ3NDEKTSV4RRFFQ69G5FB1"
TRANSFER: Final = "trf_01ARZ3NDEKTSV4RRFFQ69G5FB2"
CODE: Final = "49301172"
REASON: Final = "For Ada, whose parcel was late"
# Makes the event that a notice is due by.
Notice = Callable[[], dict[str, Any]]


def adjusted(points: int = 100, *, cause: str = ADJUSTMENT, **more: Any) -> dict[str, Any]:
    fields = {"customer_id": ADA, "entry": 3, "balance": 1_300, "reason": REASON, **more}
    return house_event(PointsAdjusted(points=points, cause=cause, **fields))


def tier_reached(new: str = "gold", *, old: str = "silver", notify: bool = True) -> dict[str, Any]:
    return house_event(TierChanged(customer_id=ADA, old=old, new=new, rises=True, notify=notify))


def credit_issued(amount: int = 123_450, *, cause: str = ISSUE, **more: Any) -> dict[str, Any]:
    fields = {"customer_id": ADA, "entry": 1, "balance": 200_000, "currency": "USD", **more}
    return house_event(CreditIssued(amount=amount, cause=cause, **fields))


def transferred(points: int = 1_200, move: PointsMove = PointsMove.RECEIVED) -> dict[str, Any]:
    fields = {"customer_id": ADA, "entry": 3, "balance": 1_300, "cause": TRANSFER}
    return house_event(PointsTransferred(points=points, move=move, **fields))


def transfer_requested(code: str | None = CODE, *, minutes: int = 15) -> dict[str, Any]:
    ends = clock.now() + timedelta(minutes=minutes)
    fields = {"customer_id": ADA, "transfer_id": TRANSFER, "points": 1_200, "expires_at": ends}
    return house_event(TransferRequested(code=code, **fields))


def points_expiring(
    days: int = 7, *, on: date = IN_A_WEEK, points: int = 1_200, customer_id: str = ADA
) -> dict[str, Any]:
    return house_event(PointsExpiring(customer_id=customer_id, points=points, on=on, days=days))


def credit_expiring(
    days: int = 7, *, on: date = IN_A_WEEK, amount: int = 123_450, currency: str = "USD"
) -> dict[str, Any]:
    return house_event(CreditExpiring(customer_id=ADA, amount=amount, currency=currency, on=on, days=days))


WARNINGS: Final = (points_expiring, credit_expiring)
NOTICES: Final = (adjusted, tier_reached, credit_issued, transferred, transfer_requested, *WARNINGS)
each_notice = pytest.mark.parametrize("notice", NOTICES)
# What may arrive before the registration of its customer.
each_first_notice = pytest.mark.parametrize("notice", [adjusted, credit_issued])
each_later_notice = pytest.mark.parametrize("notice", [tier_reached, transferred, transfer_requested, *WARNINGS])
each_warning = pytest.mark.parametrize("warning", WARNINGS)


def know(**of: Any) -> None:
    """Ada is registered, and was heard of by a change of her profile: nothing else has been mailed to her."""
    hear(updated(version=1, of=profile(**of)))


def text_of(mail: dict[str, Any], part: str = "Text") -> str:
    text: str = mail["Content"]["Simple"]["Body"][part]["Data"]
    return text


def subject_of(mail: dict[str, Any]) -> str:
    subject: str = mail["Content"]["Simple"]["Subject"]["Data"]
    return subject
