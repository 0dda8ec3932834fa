"""The way out of the mails: opening a link does nothing, one click does it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.contacts import usecases
from notifications.contacts.items import Contact, find_contact
from notifications.unsubscribe.rules import make_token
from shared.events.customers import Channel
from tests.harness.orders import NOON
from tests.harness.time import Time
from tests.integration.notifications.post import Post, link_in
from tests.integration.notifications.stage import (
    ADA,
    FORM,
    call,
    consent,
    consent_changed,
    contact,
    erasure,
    hear,
    profile,
    registered,
    stored,
    told,
    updated,
)

ONE_CLICK = b"List-Unsubscribe=One-Click"


@pytest.fixture
def link(post: Post, time: Time) -> str:
    """The link of a welcome that was sent an hour ago."""
    hear(registered(consent()))
    time.later(hours=1)
    return link_in(post.mails[0])


def test_opening_the_link_shows_a_page_and_changes_nothing(link: str) -> None:
    before = stored()
    answer = call("GET", link)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<form method="post">' in answer.text
    assert stored() == before


def test_a_scanner_that_asks_for_the_headers_alone_gets_them(link: str) -> None:
    before = stored()
    answer = call("HEAD", link)
    assert (answer.status, answer.text) == (200, "")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert call("HEAD", "/unsubscribe/not-a-token").status == 404
    assert stored() == before


@pytest.mark.parametrize("header", ["Basic c2Nhbm5lcjp4", "Bearer x.y.z", "AWS4-HMAC-SHA256 Credential=x"])
def test_a_token_from_elsewhere_does_not_close_the_page(link: str, header: str) -> None:
    foreign = {"Authorization": header}
    assert call("GET", link, headers=foreign).status == 200
    assert call("POST", link, body=ONE_CLICK, headers=FORM | foreign).status == 200


def test_one_click_withdraws_the_consent_at_once_and_tells(link: str, time: Time) -> None:
    answer = call("POST", link, body=ONE_CLICK, headers=FORM)
    assert (answer.status, "You are unsubscribed" in answer.text) == (200, True)
    assert contact().decisions == (consent(granted=False, at=time.now),)
    (data,) = told("Unsubscribed")
    assert data == {"customer_id": ADA, "channel": "email", "unsubscribed_at": "2026-06-01T13:00:00Z"}


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        (
            {"Content-Type": "multipart/form-data; boundary=b"},
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
        ),
    ],
)
def test_every_way_of_posting_unsubscribes(link: str, headers: dict[str, str], body: bytes) -> None:
    assert call("POST", link, body=body, headers=headers).status == 200
    assert not contact().decisions[0].granted


def test_the_second_click_gets_the_same_page_and_tells_nothing_more(link: str, time: Time) -> None:
    first = call("POST", link, body=ONE_CLICK, headers=FORM)
    version = contact().version
    time.later(days=1)
    assert call("POST", link, body=ONE_CLICK, headers=FORM).text == first.text
    assert contact().version == version
    assert len(told("Unsubscribed")) == 1


def test_the_word_of_privacy_on_it_changes_nothing_more(link: str, time: Time) -> None:
    call("POST", link, body=ONE_CLICK, headers=FORM)
    version = contact().version
    hear(consent_changed(consent(granted=False, at=time.now)))
    assert contact().version == version


def test_who_comes_back_later_can_leave_again_with_the_same_link(link: str, time: Time) -> None:
    call("POST", link, body=ONE_CLICK, headers=FORM)
    hear(consent_changed(consent(at=time.now + timedelta(hours=1))))
    time.later(days=30)
    call("POST", link, body=ONE_CLICK, headers=FORM)
    assert contact().decisions == (consent(granted=False, at=time.now),)
    assert len(told("Unsubscribed")) == 2


def test_an_opt_out_survives_a_profile_that_is_written_in_between(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    news = [updated(version=2, of=profile("new@example.com"))]

    def find_and_be_overtaken(customer_id: str) -> Contact | None:
        found = find_contact(customer_id)
        if news:
            hear(news.pop())
        return found

    monkeypatch.setattr(usecases, "find_contact", find_and_be_overtaken)
    assert call("POST", link, body=ONE_CLICK, headers=FORM).status == 200
    assert contact().email == "new@example.com"
    assert not contact().decisions[0].granted


def test_no_mail_follows_an_opt_out(link: str, post: Post) -> None:
    call("POST", link, body=ONE_CLICK, headers=FORM)
    # Another registration would be another occasion: it meets the gate.
    hear(registered(version=5, of=profile(registered_at=NOON + timedelta(days=1))))
    assert len(post.mails) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("token", ["x", make_token(b"another key", ADA, Channel.EMAIL), "%F0%9F%8D%80", "a" * 3000])
def test_a_link_of_nobodys_is_a_404_page(method: str, token: str) -> None:
    answer = call(method, f"/unsubscribe/{token}")
    assert answer.status == 404
    assert "This link does not work" in answer.text
    assert stored() == "[]"


def test_an_erased_person_gets_the_same_page_and_nothing_happens(link: str) -> None:
    hear(erasure())
    before = stored()
    answer = call("POST", link, body=ONE_CLICK, headers=FORM)
    assert (answer.status, "You are unsubscribed" in answer.text) == (200, True)
    assert stored() == before
    assert told("Unsubscribed") == []


def test_a_link_with_a_mailers_own_parameters_still_works(link: str) -> None:
    assert call("GET", f"{link}?utm_source=mail").status == 200


def test_json_is_not_what_a_mail_program_posts(link: str) -> None:
    answer = call("POST", link, body=b"{}", headers={"Content-Type": "application/json"})
    assert answer.status == 415
    assert contact().decisions[0].granted
