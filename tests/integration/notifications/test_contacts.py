"""The projection of customers and their consents, whatever order events come in."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from notifications.contacts import usecases
from notifications.contacts.items import Contact, find_contact
from shared.events.customers import CustomerStatus
from tests.harness.orders import NOON
from tests.integration.notifications.stage import (
    ADA,
    consent,
    consent_changed,
    contact,
    hear,
    profile,
    registered,
    updated,
)

LATER = NOON + timedelta(hours=1)


def test_a_registration_makes_a_contact_with_the_consents_given_then() -> None:
    hear(registered(consent()))
    found = contact()
    assert (found.email, found.first_name, found.status) == ("ada@example.com", "Ada", CustomerStatus.ACTIVE)
    assert found.decisions == (consent(),)


def test_a_consent_heard_before_the_registration_is_kept_without_an_address() -> None:
    hear(consent_changed(consent(granted=False, at=LATER)))
    assert contact().email is None
    hear(registered(consent()))
    assert contact().email == "ada@example.com"
    assert contact().decisions == (consent(granted=False, at=LATER),)


def test_an_older_profile_never_replaces_a_newer_one() -> None:
    hear(updated(version=3, of=profile("new@example.com")))
    hear(updated(version=2, of=profile("old@example.com")), registered(version=1))
    assert (contact().email, contact().profile_version) == ("new@example.com", 3)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_every_order_of_events_ends_the_same(order: tuple[int, ...]) -> None:
    events = [
        registered(consent()),
        updated(version=2, of=profile("new@example.com", CustomerStatus.INACTIVE)),
        consent_changed(consent(granted=False, at=LATER)),
    ]
    hear(*(events[n] for n in order))
    found = contact()
    assert (found.email, found.status, found.profile_version) == ("new@example.com", CustomerStatus.INACTIVE, 2)
    assert found.decisions == (consent(granted=False, at=LATER),)


def test_what_is_heard_twice_is_written_once() -> None:
    event = updated(version=2, of=profile())
    hear(event)
    version = contact().version
    hear(event)
    assert contact().version == version


def test_a_consent_that_arrives_in_between_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registered())
    in_between = [consent_changed(consent(at=LATER))]

    def find_and_be_overtaken(customer_id: str) -> Contact | None:
        found = find_contact(customer_id)
        if in_between:
            hear(in_between.pop())
        return found

    monkeypatch.setattr(usecases, "find_contact", find_and_be_overtaken)
    hear(updated(version=2, of=profile("new@example.com")))
    assert contact().email == "new@example.com"
    assert contact().decisions == (consent(at=LATER),)


def test_a_first_contact_made_by_two_at_once_has_both_their_news(monkeypatch: pytest.MonkeyPatch) -> None:
    in_between: list[dict[str, Any]] = [consent_changed(consent(at=LATER))]

    def find_and_be_overtaken(customer_id: str) -> Contact | None:
        found = find_contact(customer_id)
        if in_between:
            hear(in_between.pop())
        return found

    monkeypatch.setattr(usecases, "find_contact", find_and_be_overtaken)
    hear(updated(version=1, of=profile()))
    assert (contact().customer_id, contact().email) == (ADA, "ada@example.com")
    assert contact().decisions == (consent(at=LATER),)
