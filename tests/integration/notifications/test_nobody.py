"""An id that nobody has leaves no contact, whatever order its consents and the answer come in."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from notifications.contacts import usecases
from shared.events.customers import CustomerUnknown
from tests.harness.aws.ground import items
from tests.harness.interruptions import after_first
from tests.harness.orders import NOON
from tests.integration.notifications.stage import (
    ADA,
    consent,
    consent_changed,
    contact,
    erasure,
    hear,
    profile,
    registered,
    told,
    updated,
)

UNKNOWN = CustomerUnknown(customer_id=ADA)
LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_every_order_of_consents_and_answer_leaves_a_mark_that_goes_by_itself(order: tuple[int, ...]) -> None:
    events = [consent_changed(consent()), consent_changed(consent(granted=False, at=LATER)), UNKNOWN]
    hear(*(events[n] for n in order))
    hear(*(events[n] for n in reversed(order)))
    found = contact()
    assert (found.decisions, found.email) == ((), None)
    assert found.expires_at == int((NOON + timedelta(days=30)).timestamp())


def test_a_second_answer_writes_nothing() -> None:
    hear(consent_changed(consent()), UNKNOWN)
    version = contact().version
    hear(UNKNOWN, consent_changed(consent(at=LATER)))
    assert contact().version == version


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_registered_customer_keeps_the_consents_of_the_registration(order: tuple[int, ...]) -> None:
    events = [registered(consent(at=LATER)), consent_changed(consent(granted=False)), UNKNOWN]
    hear(*(events[n] for n in order))
    found = contact()
    assert (found.email, found.decisions, found.expires_at) == ("ada@example.com", (consent(at=LATER),), None)


def test_a_contact_that_is_somebodys_again_does_not_go_by_itself() -> None:
    hear(consent_changed(consent()), UNKNOWN, updated(version=2, of=profile()), consent_changed(consent(at=LATER)))
    assert contact().decisions == (consent(at=LATER),)
    assert "expires_at" not in items("notifications")[0]


def test_a_consent_that_arrives_in_between_is_dropped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    after_first(monkeypatch, usecases, "find_contact", lambda: hear(consent_changed(consent())))
    hear(UNKNOWN)
    assert contact().decisions == ()
    assert contact().expires_at is not None


def test_the_consent_of_a_guest_stays_for_ever() -> None:
    hear(consent_changed(consent()))
    assert contact().decisions == (consent(),)
    assert contact().expires_at is None


def test_a_tombstone_does_not_go_by_itself() -> None:
    hear(UNKNOWN, erasure())
    assert contact().erased_at is not None
    assert contact().expires_at is None
    [answer] = told("ErasureAnswered")
    assert answer["erased"]["contacts"] == 0


def test_an_answer_about_somebody_erased_changes_nothing() -> None:
    hear(registered(consent()), erasure())
    version = contact().version
    hear(UNKNOWN)
    assert (contact().version, contact().expires_at) == (version, None)
