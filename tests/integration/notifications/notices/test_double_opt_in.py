"""Marketing to an address that nobody has verified waits until somebody has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from notifications.contacts.items import Contact
from notifications.settings import NotificationsSettings, OptIn
from shared.events.customers import CustomerStatus
from shared.items.table import Put, commit
from tests.harness.interruptions import counted_calls, crash_at
from tests.harness.orders import NOON
from tests.integration.notifications.meddling import before_second_look, before_write
from tests.integration.notifications.post import Post
from tests.integration.notifications.stage import (
    ADA,
    consent,
    consent_changed,
    contact,
    erasure,
    hear,
    messages,
    profile,
    refuses,
    registered,
    state,
    told,
    updated,
)

UNVERIFIED = profile(email_verified=False)
NOT_VERIFIED = ("waiting", "not_verified")


def signed_up() -> dict[str, Any]:
    return registered(consent(), of=UNVERIFIED)


def verified(version: int = 2, **more: Any) -> dict[str, Any]:
    return updated(version=version, of=profile(**more))


def test_the_welcome_waits_for_the_address_and_the_consent_stands(post: Post) -> None:
    hear(signed_up(), signed_up())
    assert (post.mails, state()) == ([], NOT_VERIFIED)
    assert contact().decisions == (consent(),)
    hear(verified(), verified(), signed_up())
    assert (len(post.mails), state(), len(told("MessageSent"))) == (1, ("sent", None), 1)


def test_a_welcome_that_ses_throttles_when_the_address_is_verified_is_sent_when_the_queue_brings_it_again(
    post: Post,
) -> None:
    hear(signed_up())
    post.happens.append("TooManyRequestsException")
    assert refuses(verified())
    assert (post.mails, state()[0]) == ([], "waiting")
    hear(verified(), verified())
    assert (len(post.mails), state(), len(told("MessageSent"))) == (1, ("sent", None), 1)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whatever_order_it_is_heard_the_welcome_is_sent_once(order: tuple[int, ...], post: Post) -> None:
    events = [signed_up(), updated(version=2, of=UNVERIFIED), verified(3)]
    hear(*(events[n] for n in order))
    assert (len(post.mails), state()) == (1, ("sent", None))


def test_an_older_word_that_it_was_verified_sends_nothing(post: Post) -> None:
    hear(signed_up(), updated(version=3, of=profile("new@example.com", email_verified=False)), verified(2))
    assert (post.mails, state()) == ([], NOT_VERIFIED)
    hear(verified(4, email="new@example.com"))
    assert [mail["Destination"]["ToAddresses"] for mail in post.mails] == [["new@example.com"]]


@pytest.mark.parametrize(
    ("news", "reason"),
    [
        ((consent_changed(consent(granted=False, at=NOON + timedelta(hours=1))), verified()), "no_consent"),
        ((verified(status=CustomerStatus.BANNED),), "status_banned"),
    ],
)
def test_what_speaks_against_it_by_then_counts(news: tuple[dict[str, Any], ...], reason: str, post: Post) -> None:
    hear(signed_up(), *news)
    assert (post.mails, state()) == ([], ("skipped", reason))


def test_an_address_verified_while_the_record_is_written_is_not_missed(
    monkeypatch: pytest.MonkeyPatch, post: Post
) -> None:
    before_write(monkeypatch, lambda: hear(verified()))
    hear(signed_up())
    assert (len(post.mails), state()) == (1, ("sent", None))


def test_an_address_that_changes_under_the_claim_is_waited_for_again(
    monkeypatch: pytest.MonkeyPatch, post: Post
) -> None:
    hear(signed_up())
    with monkeypatch.context() as meanwhile:
        before_second_look(
            meanwhile, lambda: hear(updated(version=3, of=profile("b@example.com", email_verified=False)))
        )
        assert refuses(verified())
    assert (post.mails, state()) == ([], NOT_VERIFIED)
    hear(verified())
    assert state() == NOT_VERIFIED
    hear(verified(4, email="b@example.com"))
    assert state() == ("sent", None)


@pytest.mark.parametrize("write", [1, 2])
def test_a_registration_that_dies_on_the_way_still_waits(write: int, post: Post) -> None:
    assert crash_at(write, lambda: hear(signed_up()))
    hear(verified(), signed_up())
    assert (len(post.mails), state()) == (1, ("sent", None))


@pytest.mark.parametrize(
    ("write", "mails", "end"), [(1, 1, "sent"), (2, 1, "sent"), (3, 1, "sent"), (4, 1, "interrupted")]
)
def test_a_verification_that_dies_on_the_way_is_heard_again(write: int, mails: int, end: str, post: Post) -> None:
    hear(signed_up())
    assert crash_at(write, lambda: hear(verified()))
    hear(verified())
    assert (len(post.mails), state()[0]) == (mails, end)


def test_nobody_waits_once_erased() -> None:
    hear(signed_up(), erasure(), verified())
    assert messages() == []


def test_an_update_that_verifies_nothing_asks_for_no_message() -> None:
    hear(signed_up())
    with counted_calls() as calls:
        hear(updated(version=2, of=UNVERIFIED))
    assert len(calls) == 2


@pytest.fixture
def single(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    alone = NotificationsSettings.read().model_copy(update={"marketing_opt_in": OptIn.SINGLE})
    monkeypatch.setattr(NotificationsSettings, "read", lambda: alone)
    return iter(())


def test_a_shop_that_asks_for_consent_alone_waits_for_nothing(single: None, post: Post) -> None:
    hear(signed_up())
    assert (len(post.mails), state()) == (1, ("sent", None))


def test_a_contact_of_before_is_verified_once_its_profile_is_told_again(post: Post) -> None:
    hear(verified(1))
    old = contact()
    old.email_verified = None
    commit(Put(old))
    assert not contact().recipient().is_verified
    hear(verified(1))
    assert contact().recipient().is_verified
    assert isinstance(contact(), Contact)
    assert contact().customer_id == ADA
