"""Consents of ids that nobody has: whoever logs them is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared import clock
from shared.events.customers import Channel, Consent, CustomerUnknown
from shared.events.privacy import ConsentChanged
from tests.harness.heard import house_event
from tests.harness.interruptions import calls_of
from tests.harness.orders import order, placed
from tests.integration.customers.desk import (
    NOBODY_KNOWN,
    customer_of,
    erasure,
    hear,
    kinds,
    register,
    stage,
    told,
)


def consented(customer_id: str) -> ConsentChanged:
    consent = Consent(channel=Channel.EMAIL, granted=True, decided_at=clock.now())
    return ConsentChanged(customer_id=customer_id, consent=consent)


def unknown() -> list[str]:
    return [event.customer_id for event in told(CustomerUnknown)]


def test_a_consent_of_nobody_is_answered() -> None:
    hear(consented(NOBODY_KNOWN))
    assert unknown() == [NOBODY_KNOWN]


def test_an_event_heard_twice_is_answered_once_and_another_again() -> None:
    event = house_event(consented(NOBODY_KNOWN))
    hear(event, event)
    hear(event)
    assert unknown() == [NOBODY_KNOWN]
    hear(consented(NOBODY_KNOWN))
    assert unknown() == [NOBODY_KNOWN, NOBODY_KNOWN]


def test_the_answer_goes_by_itself_after_two_days() -> None:
    before = clock.now()
    hear(consented(NOBODY_KNOWN))
    [item] = stage.items()
    kept = float(item["expires_at"]["N"]) - before.timestamp()
    assert kept == pytest.approx(timedelta(days=2).total_seconds(), abs=60)


def test_who_has_just_registered_is_somebody_for_one_read() -> None:
    customer_id = register().json["id"]
    before = kinds()
    event = house_event(consented(customer_id))
    assert calls_of(lambda: hear(event)) == ["GetItem"]
    assert (unknown(), kinds()) == ([], before)


def test_a_guest_is_somebody() -> None:
    hear(placed(order()))
    guest = customer_of()
    assert guest
    hear(consented(guest))
    assert unknown() == []


def test_who_is_erased_was_somebody() -> None:
    customer_id = register().json["id"]
    hear(erasure(customer_id))
    hear(consented(customer_id))
    assert unknown() == []


def test_an_id_may_be_erased_after_the_answer() -> None:
    hear(consented(NOBODY_KNOWN))
    hear(erasure(NOBODY_KNOWN))
    hear(consented(NOBODY_KNOWN))
    assert unknown() == [NOBODY_KNOWN]
    assert kinds() == {"erased_profile": 1, "nobody": 1}
