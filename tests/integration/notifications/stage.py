"""What the tests of notifications share: doors, events to send, and what was told."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final

from notifications.contacts.items import Contact, find_contact
from notifications.messages.items import Message
from shared.events.customers import Channel, Consent, CustomerRegistered, CustomerStatus, CustomerUpdated, Profile
from shared.events.privacy import ConsentChanged, ErasureRequested
from shared.items.keys import customer_partition
from tests.harness.heard import house_event
from tests.harness.orders import NOON
from tests.harness.stage import Stage
from tests.integration.notifications.post import ADDRESS

ADA: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAV"
BEN: Final = "cus_01ARZ3NDEKTSV4RRFFQ69G5FAW"
REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAX"
ANOTHER_REQUEST: Final = "req_01ARZ3NDEKTSV4RRFFQ69G5FAY"
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}

stage: Final = Stage("notifications")
hear, refuses, hear_and_crash, stored = stage.hear, stage.refuses, stage.hear_and_crash, stage.stored
# A mail program posts a form, and no JSON.
call: Final = partial(stage.call, body=b"")


def consent(*, granted: bool = True, at: datetime = NOON, channel: Channel = Channel.EMAIL) -> Consent:
    return Consent(channel=channel, granted=granted, decided_at=at)


def profile(email: str = ADDRESS, status: CustomerStatus = CustomerStatus.ACTIVE, **more: Any) -> Profile:
    fields = {"email_verified": True, "first_name": "Ada", "last_name": "Byron", "registered_at": NOON, **more}
    return Profile(email=email, status=status, **fields)


def registered(
    *consents: Consent, customer_id: str = ADA, version: int = 1, of: Profile | None = None
) -> dict[str, Any]:
    data = CustomerRegistered(customer_id=customer_id, profile=of or profile(), consents=list(consents))
    return house_event(data, version=version)


def updated(*, version: int, of: Profile) -> dict[str, Any]:
    return house_event(CustomerUpdated(customer_id=ADA, profile=of), version=version)


def consent_changed(decision: Consent) -> dict[str, Any]:
    return house_event(ConsentChanged(customer_id=ADA, consent=decision))


def erasure(request_id: str = REQUEST) -> dict[str, Any]:
    return house_event(ErasureRequested(request_id=request_id, customer_id=ADA))


def contact() -> Contact:
    found = find_contact(ADA)
    assert found is not None
    return found


def messages() -> list[Message]:
    """Ada's messages, oldest first."""
    return list(Message.query(customer_partition(ADA), Message.sk.startswith("MESSAGE#")))


def the_message() -> Message:
    (message,) = messages()
    return message


def state() -> tuple[str, str | None]:
    """Status and reason of the one message."""
    message = the_message()
    return message.status.value, message.reason


def told(name: str) -> list[dict[str, Any]]:
    """The data of every event of this name that the table has told."""
    return [told.data for told in stage.told() if told.name == name]
