"""The welcome: once, to those who may get it, whatever happens in between."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from notifications.contacts.items import find_recipient
from notifications.contacts.models import Recipient
from notifications.messages import usecases
from shared.events.customers import Channel, CustomerStatus
from shared.items import table
from shared.messages.cause import Cause
from shared.runtime.aws import client
from tests.harness.aws.ground import items
from tests.harness.interruptions import Crash, counted_calls, crash
from tests.harness.logs import captured_logs
from tests.harness.orders import NOON
from tests.harness.time import Time
from tests.integration.notifications.meddling import before_second_look, before_write
from tests.integration.notifications.post import ADDRESS, Post, link_in
from tests.integration.notifications.stage import (
    ADA,
    consent,
    consent_changed,
    contact,
    erasure,
    hear,
    hear_and_crash,
    messages,
    profile,
    refuses,
    registered,
    state,
    the_message,
    told,
    updated,
)

URL = "https://email.us-east-1.amazonaws.com"


def test_who_consents_is_welcomed_with_a_way_out(post: Post) -> None:
    hear(registered(consent()))
    (mail,) = post.mails
    assert mail["FromEmailAddress"] == "Shop <hello@shop.example>"
    assert mail["Destination"] == {"ToAddresses": [ADDRESS]}
    simple = mail["Content"]["Simple"]
    assert simple["Subject"]["Data"] == "Welcome to our shop, Ada"
    for part in ("Html", "Text"):
        assert f"https://shop.example{link_in(mail)}" in simple["Body"][part]["Data"]


def test_what_was_sent_is_recorded_and_told(time: Time) -> None:
    hear(registered(consent()))
    message = the_message()
    assert state() == ("sent", None)
    assert (message.sent_at, message.provider_id is not None) == (time.now, True)
    data = {"customer_id": ADA, "message_id": message.message_id, "template": "welcome", "channel": "email"}
    assert told("MessageSent") == [data]


def test_neither_address_nor_text_stands_on_the_record() -> None:
    hear(registered(consent()))
    (record,) = [item for item in items("notifications") if item["sk"]["S"].startswith("MESSAGE#")]
    text = json.dumps(record)
    assert not any(word in text for word in (ADDRESS, "Ada", "Byron", "Welcome to"))


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (registered(), "no_consent"),
        (registered(consent(granted=False)), "no_consent"),
        (registered(consent(channel=Channel.SMS)), "no_consent"),
        (registered(consent(), of=profile(status=CustomerStatus.INACTIVE)), "status_inactive"),
        (registered(consent(), of=profile(status=CustomerStatus.BANNED)), "status_banned"),
        (registered(consent(), of=profile(email="")), "no_address"),
    ],
)
def test_a_skip_leaves_its_reason_and_tells_nothing(event: dict[str, Any], reason: str, post: Post) -> None:
    hear(event)
    assert state() == ("skipped", reason)
    assert post.asked == 0
    assert told("MessageSent") == []


def test_the_registration_heard_again_welcomes_nobody_again(post: Post, time: Time) -> None:
    event = registered(consent())
    hear(event, event)
    time.later(days=3)
    hear(event)
    hear(registered(consent()))  # told again, as an event of its own
    assert len(post.mails) == len(messages()) == len(told("MessageSent")) == 1


def test_a_skip_stays_a_skip_when_consent_comes_later(post: Post) -> None:
    event = registered()
    hear(event, consent_changed(consent(at=NOON + timedelta(hours=1))), event)
    assert state() == ("skipped", "no_consent")
    assert post.asked == 0


@pytest.mark.parametrize(
    ("newer", "reason"),
    [
        (updated(version=2, of=profile(status=CustomerStatus.BANNED)), "status_banned"),
        (consent_changed(consent(granted=False, at=NOON + timedelta(minutes=1))), "no_consent"),
    ],
)
def test_news_that_overtook_the_registration_counts(newer: dict[str, Any], reason: str, post: Post) -> None:
    hear(newer, registered(consent()))
    assert state() == ("skipped", reason)
    assert post.asked == 0


def test_an_opt_out_after_the_claim_still_stops_the_mail(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    before_second_look(
        monkeypatch, lambda: hear(consent_changed(consent(granted=False, at=NOON + timedelta(minutes=1))))
    )
    hear(registered(consent()))
    assert state() == ("skipped", "no_consent")
    assert post.asked == 0


def test_an_erasure_after_the_claim_still_stops_the_mail_and_leaves_no_record(
    monkeypatch: pytest.MonkeyPatch, post: Post
) -> None:
    before_second_look(monkeypatch, lambda: hear(erasure()))
    hear(registered(consent()))
    assert messages() == []
    assert post.asked == 0


def test_an_erasure_before_a_skip_is_written_down_leaves_no_record(monkeypatch: pytest.MonkeyPatch) -> None:
    before_write(monkeypatch, lambda: hear(erasure()))
    hear(registered())
    assert messages() == []


def test_a_crash_right_after_such_a_skip_leaves_no_record_once_the_event_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = registered()
    with monkeypatch.context() as crashing:
        before_write(crashing, lambda: hear(erasure()))
        crashing.setattr(usecases, "_report", crash)
        hear_and_crash(event)
    assert len(messages()) == 1
    hear(event)
    assert messages() == []


def test_an_erasure_while_ses_takes_the_mail_leaves_no_record(post: Post) -> None:
    post.happens = [lambda: hear(erasure())]
    hear(registered(consent()))
    assert messages() == []
    assert told("MessageSent") == []


def test_a_throttled_mail_waits_and_is_sent_when_the_queue_brings_it_again(post: Post) -> None:
    event = registered(consent())
    post.happens = ["TooManyRequestsException"]
    assert refuses(event)
    assert state() == ("waiting", "TooManyRequestsException")
    first = the_message().message_id
    hear(event)
    assert (state(), the_message().message_id) == (("sent", None), first)
    assert len(post.mails) == len(told("MessageSent")) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        EndpointConnectionError(endpoint_url=URL),
        ConnectTimeoutError(endpoint_url=URL),
        "SendingPausedException",
        "LimitExceededException",
        "AccessDeniedException",
        "InternalFailure",
    ],
)
def test_a_mail_that_ses_certainly_did_not_take_is_never_lost(trouble: Exception | str, post: Post) -> None:
    event = registered(consent())
    post.happens = [trouble]
    assert refuses(event)
    assert the_message().status == "waiting"
    hear(event)
    assert state() == ("sent", None)
    assert len(post.mails) == 1


def test_who_opts_out_while_the_mail_waits_does_not_get_it(post: Post) -> None:
    event = registered(consent())
    post.happens = ["TooManyRequestsException"]
    assert refuses(event)
    hear(consent_changed(consent(granted=False, at=NOON + timedelta(minutes=1))), event)
    assert state() == ("skipped", "no_consent")
    assert post.mails == []


def test_a_mail_that_cannot_be_made_is_sent_once_it_can(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    event = registered(consent())
    with monkeypatch.context() as broken:
        broken.setattr(usecases, "render_template", lambda *_: 1 / 0)
        assert refuses(event)
    assert state() == ("waiting", "ZeroDivisionError")
    hear(event)
    assert len(post.mails) == 1


@pytest.mark.parametrize("code", ["MessageRejected", "BadRequestException"])
def test_a_mail_refused_for_good_has_failed_and_blocks_nobody(code: str, post: Post) -> None:
    event = registered(consent())
    post.happens = [code]
    hear(event, event)
    assert state() == ("failed", code)
    assert (post.asked, told("MessageSent")) == (1, [])


def test_without_an_answer_nobody_knows_and_it_is_not_sent_again(post: Post) -> None:
    event = registered(consent())
    post.happens = [ReadTimeoutError(endpoint_url=URL)]
    hear(event, event)
    assert state() == ("interrupted", "no_answer")
    assert post.asked == 1


def test_the_client_of_ses_never_retries_by_itself() -> None:
    assert client("sesv2").meta.config.retries["total_max_attempts"] == 1  # type: ignore[attr-defined]


def test_a_crash_before_ses_answers_leaves_one_mail_at_most(post: Post) -> None:
    event = registered(consent())
    post.happens = [Crash()]
    hear_and_crash(event)
    assert the_message().status == "sending"
    hear(event, event)
    assert state() == ("interrupted", "stopped_while_sending")
    assert post.asked == 1


def test_a_crash_after_ses_took_the_mail_sends_no_second(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    event = registered(consent())
    with monkeypatch.context() as crashing:
        crashing.setattr(usecases, "_settle", crash)
        hear_and_crash(event)
    hear(event)
    assert state() == ("interrupted", "stopped_while_sending")
    assert len(post.mails) == 1


def test_a_crash_between_contact_and_message_loses_no_welcome(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    event = registered(consent())
    with monkeypatch.context() as crashing:
        crashing.setattr(usecases, "find_recipient", crash)
        hear_and_crash(event)
    assert (contact().email, messages()) == (ADDRESS, [])
    hear(event)
    assert len(post.mails) == 1


def test_a_copy_handled_at_the_same_time_sends_no_second_mail_and_the_sender_has_the_last_word(post: Post) -> None:
    event = registered(consent())
    post.happens = [lambda: hear(event)]
    hear(event)
    assert state() == ("sent", None)
    assert len(post.mails) == len(told("MessageSent")) == 1


def test_a_copy_that_claims_first_sends_the_only_mail(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    event = registered(consent())
    copies = [event]

    def look_and_be_overtaken(customer_id: str) -> Recipient:
        found = find_recipient(customer_id)
        if copies:
            hear(copies.pop())
        return found

    monkeypatch.setattr(usecases, "find_recipient", look_and_be_overtaken)
    hear(event)
    assert state() == ("sent", None)
    assert len(post.mails) == 1


def test_a_claim_whose_answer_got_lost_is_known_again(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    _lose_the_answer_of_write(monkeypatch, 1)
    hear(registered(consent()))
    assert state() == ("sent", None)
    assert len(post.mails) == 1


def test_a_settlement_whose_answer_got_lost_is_told_once(monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    _lose_the_answer_of_write(monkeypatch, 2)
    hear(registered(consent()))
    assert state() == ("sent", None)
    assert len(told("MessageSent")) == 1


def test_two_customers_of_one_batch_are_each_welcomed(post: Post) -> None:
    ben = registered(consent(), customer_id="cus_01ARZ3NDEKTSV4RRFFQ69G5FAW", of=profile("ben@example.com"))
    post.happens = ["MessageRejected"]
    hear(registered(consent()), ben)
    assert [mail["Destination"]["ToAddresses"] for mail in post.mails] == [["ben@example.com"]]


def test_deciding_to_send_nothing_takes_one_write_and_a_read_before_and_after_it_of_a_unit_each() -> None:
    hear(updated(version=1, of=profile()))
    with counted_calls() as calls:
        usecases.send_welcome(ADA, NOON, Cause("service:test", "test"))
    assert calls == ["GetItem", "PutItem", "GetItem"]
    assert state() == ("skipped", "no_consent")
    # In DynamoDB's JSON, which is longer than what is counted: a write unit is 1 KB, a consistent read's 4 KB.
    assert all(len(json.dumps(item)) < 1024 for item in items("notifications"))


def test_log_lines_name_nobody(post: Post) -> None:
    post.happens = ["TooManyRequestsException", "MessageRejected"]
    event = registered(consent())
    with captured_logs() as logs:
        assert refuses(event)
        hear(event)
        hear(erasure())
    assert "message failed" in logs.getvalue()
    assert not any(word in logs.getvalue() for word in (ADDRESS, "Ada", "Byron"))


def _lose_the_answer_of_write(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let a write of a message succeed and its answer get lost, so that the SDK's retry fails its condition."""
    writes: list[object] = []

    def commit(*parts: table.Write) -> None:
        table.commit(*parts)
        writes.append(parts)
        if len(writes) == number:
            raise parts[0].error or table.LostRaceError

    monkeypatch.setattr(usecases, "commit", commit)
