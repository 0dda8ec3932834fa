"""What the tests of privacy share: doors, events to send, and what came of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from shared import clock
from shared.events.customers import Channel, Consent, CustomerRegistered, CustomerStatus, Profile
from shared.events.notifications import Unsubscribed
from shared.events.privacy import ErasureAnswered, ErasureRequested, Kept
from shared.roles import Role
from tests.harness.aws.context import LambdaContext
from tests.harness.heard import envelope, house_event
from tests.harness.orders import NOON
from tests.harness.stage import Stage

ADA: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
BEN: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAW"
UNKNOWN: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"
OTHERS: Final = ("customers", "loyalty", "segments", "notifications")

stage: Final = Stage("privacy")
hear, refuses, hear_and_crash = stage.hear, stage.refuses, stage.hear_and_crash
call: Final = partial(stage.call, by=Role.COMPLIANCE)


def enter(customer_id: str = ADA) -> str:
    """Enter a request to erase; its id."""
    answer = call("POST", "/api/privacy/requests", {"kind": "erase", "customer_id": customer_id})
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def approve(request_id: str) -> str:
    answer = call("POST", f"/api/privacy/requests/{request_id}/approve")
    assert answer.status == 200, answer.text
    return request_id


def read(request_id: str) -> Any:
    answer = call("GET", f"/api/privacy/requests/{request_id}")
    assert answer.status == 200, answer.text
    return answer.json


def chase(context: LambdaContext | None = None) -> None:
    """Run the schedule."""
    stage.run("chase", context)


def erasure(request_id: str, customer_id: str = ADA) -> dict[str, Any]:
    """Privacy's own word, as its inbox hears it."""
    return house_event(ErasureRequested(request_id=request_id, customer_id=customer_id))


def answered(
    request_id: str, service: str, *, customer_id: str = ADA, source: str | None = None, orders: int = 3
) -> dict[str, Any]:
    """A service's answer."""
    kept = [Kept(what="orders", count=orders, why="tax law")]
    data = ErasureAnswered(
        request_id=request_id,
        customer_id=customer_id,
        service=service,
        erased={"profile": 1},
        kept=kept,
        answered_at=clock.now(),
    )
    detail = house_event(data)["detail"]
    return envelope(f"regulars.{source or service}", "ErasureAnswered", detail)


def registered(*consents: Consent, customer_id: str = ADA, event_id: str | None = None) -> dict[str, Any]:
    """A registration as customers tells it."""
    profile = Profile(
        email="ada@example.com", first_name="Ada", status=CustomerStatus.ACTIVE, registered_at=clock.now()
    )
    data = CustomerRegistered(customer_id=customer_id, profile=profile, consents=list(consents))
    return house_event(data, event_id=event_id)


def unsubscribed(*, customer_id: str = ADA, at: datetime | None = None, event_id: str | None = None) -> dict[str, Any]:
    """A use of the unsubscribe link as notifications tells it."""
    data = Unsubscribed(customer_id=customer_id, channel=Channel.EMAIL, unsubscribed_at=at or clock.now())
    return house_event(data, event_id=event_id)


def consent(*, granted: bool = True, channel: Channel = Channel.EMAIL, hours: float = 0) -> Consent:
    return Consent(channel=channel, granted=granted, decided_at=NOON + timedelta(hours=hours))


def told() -> list[tuple[str, Any]]:
    """Every event that was told, by name, with its data under its model."""
    return [(told.name, told.event) for told in stage.told()]


def names_told() -> list[str]:
    return [told.name for told in stage.told()]
