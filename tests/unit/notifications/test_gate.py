from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.contacts.models import Recipient
from notifications.messages.models import Due, SkipReason
from notifications.messages.rules import REFUSED_STATUSES, gate, is_too_late, may_become_known
from notifications.settings import OptIn
from notifications.templates.models import POINTS_ADJUSTED, Purpose
from shared.events.customers import Channel, Consent, CustomerStatus

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
YES = Consent(channel=Channel.EMAIL, granted=True, decided_at=NOON)
NO = Consent(channel=Channel.EMAIL, granted=False, decided_at=NOON)
ADA = Recipient("cus_1", address="ada@example.com", is_verified=True, status=CustomerStatus.ACTIVE, consents=(YES,))
DOUBLE = OptIn.DOUBLE


@pytest.mark.parametrize("purpose", Purpose)
def test_an_active_customer_who_consents_gets_everything(purpose: Purpose) -> None:
    assert gate(ADA, Channel.EMAIL, purpose, DOUBLE) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"erased": True}, SkipReason.ERASED),
        ({"address": None}, SkipReason.NO_ADDRESS),
        ({"status": None}, SkipReason.NO_ADDRESS),
        ({"status": CustomerStatus.INACTIVE}, SkipReason.STATUS_INACTIVE),
        ({"status": CustomerStatus.BANNED}, SkipReason.STATUS_BANNED),
        ({"consents": ()}, SkipReason.NO_CONSENT),
        ({"consents": (NO,)}, SkipReason.NO_CONSENT),
        ({"consents": (NO,), "is_verified": False}, SkipReason.NO_CONSENT),
        ({"is_verified": False}, SkipReason.NOT_VERIFIED),
        ({"is_verified": False, "status": CustomerStatus.BANNED}, SkipReason.STATUS_BANNED),
    ],
)
def test_marketing_is_skipped_for_a_reason(change: dict[str, Any], reason: SkipReason) -> None:
    assert gate(replace(ADA, **change), Channel.EMAIL, Purpose.MARKETING, DOUBLE) is reason


def test_a_transactional_message_needs_neither_consent_nor_a_verified_address() -> None:
    assert gate(replace(ADA, consents=(NO,), is_verified=False), Channel.EMAIL, Purpose.TRANSACTIONAL, DOUBLE) is None


def test_a_shop_may_ask_for_consent_alone() -> None:
    unverified = replace(ADA, is_verified=False)
    assert gate(unverified, Channel.EMAIL, Purpose.MARKETING, OptIn.SINGLE) is None
    assert gate(replace(unverified, consents=(NO,)), Channel.EMAIL, Purpose.MARKETING, OptIn.SINGLE) is not None


@pytest.mark.parametrize("status", [CustomerStatus.INACTIVE, CustomerStatus.BANNED])
def test_a_transactional_message_needs_a_status_that_receives_mail(status: CustomerStatus) -> None:
    assert gate(replace(ADA, status=status), Channel.EMAIL, Purpose.TRANSACTIONAL, DOUBLE) is not None


def test_erased_is_the_first_reason_of_several() -> None:
    assert gate(Recipient("cus_1", erased=True), Channel.EMAIL, Purpose.MARKETING, DOUBLE) is SkipReason.ERASED


def test_every_status_but_active_has_its_reason() -> None:
    assert set(REFUSED_STATUSES) == set(CustomerStatus) - {CustomerStatus.ACTIVE}


def due(**limits: datetime) -> Due:
    return Due("cus_1", POINTS_ADJUSTED, "adj_1", NOON, **limits)  # type: ignore[arg-type]


def test_a_message_is_too_late_from_the_moment_on_that_it_names() -> None:
    assert not is_too_late(due(over_at=NOON), NOON - timedelta(microseconds=1))
    assert is_too_late(due(over_at=NOON), NOON)
    assert not is_too_late(due(), NOON)


@pytest.mark.parametrize(
    ("recipient", "waits"),
    [
        (Recipient("cus_1"), True),
        (Recipient("cus_1", consents=(YES,)), True),
        (Recipient("cus_1", erased=True), False),
        (ADA, False),
        (replace(ADA, address=None), False),
        (replace(ADA, status=CustomerStatus.BANNED), False),
    ],
)
def test_only_who_is_not_known_at_all_is_waited_for(recipient: Recipient, *, waits: bool) -> None:
    patient = due(patient_until=NOON)
    assert may_become_known(recipient, patient, NOON - timedelta(seconds=1)) is waits
    assert not may_become_known(recipient, patient, NOON)
    assert not may_become_known(recipient, due(), NOON)
