from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from notifications.contacts.models import Recipient
from notifications.messages.models import SkipReason
from notifications.messages.rules import REFUSED_STATUSES, gate
from notifications.templates.models import Purpose
from shared.events import Channel, Consent, CustomerStatus

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
YES = Consent(channel=Channel.EMAIL, granted=True, decided_at=NOON)
NO = Consent(channel=Channel.EMAIL, granted=False, decided_at=NOON)
ADA = Recipient("cus_1", address="ada@example.com", status=CustomerStatus.ACTIVE, consents=(YES,))


@pytest.mark.parametrize("purpose", Purpose)
def test_an_active_customer_who_consents_gets_everything(purpose: Purpose) -> None:
    assert gate(ADA, Channel.EMAIL, purpose) is None


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
    ],
)
def test_marketing_is_skipped_for_a_reason(change: dict[str, Any], reason: SkipReason) -> None:
    assert gate(replace(ADA, **change), Channel.EMAIL, Purpose.MARKETING) is reason


def test_a_transactional_message_needs_no_consent() -> None:
    assert gate(replace(ADA, consents=(NO,)), Channel.EMAIL, Purpose.TRANSACTIONAL) is None


@pytest.mark.parametrize("status", [CustomerStatus.INACTIVE, CustomerStatus.BANNED])
def test_a_transactional_message_needs_a_status_that_receives_mail(status: CustomerStatus) -> None:
    assert gate(replace(ADA, status=status), Channel.EMAIL, Purpose.TRANSACTIONAL) is not None


def test_erased_is_the_first_reason_of_several() -> None:
    assert gate(Recipient("cus_1", erased=True), Channel.EMAIL, Purpose.MARKETING) is SkipReason.ERASED


def test_every_status_but_active_has_its_reason() -> None:
    assert set(REFUSED_STATUSES) == set(CustomerStatus) - {CustomerStatus.ACTIVE}
