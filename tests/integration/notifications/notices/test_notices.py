"""What customers are told of their points and store credit: whoever may be mailed, once, and never too late."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from shared.events.customers import CustomerStatus
from shared.events.loyalty import PointsMove
from shared.roles import Role
from tests.harness.aws.ground import items
from tests.harness.logs import captured_logs
from tests.harness.time import Time
from tests.integration.notifications.notices.notices import (
    ADJUSTMENT,
    ISSUE,
    NOTICES,
    REASON,
    TRANSFER,
    Notice,
    adjusted,
    credit_expiring,
    credit_issued,
    each_first_notice,
    each_later_notice,
    each_notice,
    know,
    points_expiring,
    subject_of,
    text_of,
    tier_reached,
    transfer_requested,
    transferred,
)
from tests.integration.notifications.post import ADDRESS, Post
from tests.integration.notifications.stage import (
    ADA,
    BEN,
    call,
    consent,
    consent_changed,
    erasure,
    hear,
    messages,
    profile,
    refuses,
    registered,
    state,
    the_message,
    told,
    updated,
)


def test_who_is_given_points_is_told_how_many_why_and_what_the_balance_is(post: Post) -> None:
    know()
    hear(adjusted(1_000))
    (mail,) = post.mails
    assert mail["Destination"] == {"ToAddresses": [ADDRESS]}
    assert subject_of(mail) == "1,000 points added to your account at our shop"
    for part in ("Html", "Text"):
        text = text_of(mail, part)
        assert "Hello Ada," in text
        assert "we have added 1,000 points to your account. Your balance is now 1,300 points." in text
        assert f"The reason: {REASON}" in text


def test_nobody_is_mailed_at_an_address_that_is_somebody_elses_still(post: Post) -> None:
    know()
    hear(updated(version=2, of=profile("guest@example.com", email_verified=False, email_claimed=True)), adjusted(1_000))
    assert (post.mails, state()) == ([], ("skipped", "no_address"))


def test_who_loses_points_is_told_so(post: Post) -> None:
    know()
    hear(adjusted(-1, balance=-20))
    (mail,) = post.mails
    assert subject_of(mail) == "1 point taken from your account at our shop"
    assert "we have taken 1 point from your account. Your balance is now -20 points." in text_of(mail)


def test_staff_may_adjust_without_a_word(post: Post) -> None:
    know()
    hear(adjusted(notify=False))
    assert (post.asked, messages()) == (0, [])


def test_who_reaches_a_tier_is_told_which(post: Post) -> None:
    know()
    hear(tier_reached())
    (mail,) = post.mails
    assert subject_of(mail) == "You have reached Gold at our shop"
    for part in ("Html", "Text"):
        text = text_of(mail, part)
        assert "Hello Ada," in text
        assert "you have reached the tier Gold at our shop. What it gives you counts from now on." in text


def test_a_change_of_tier_that_loyalty_does_not_announce_is_not_mailed(post: Post) -> None:
    know()
    hear(tier_reached(notify=False))
    assert (post.asked, messages()) == (0, [])


def test_a_change_of_tier_that_an_earlier_release_told_is_not_mailed(post: Post) -> None:
    event = tier_reached()
    for field in ("rises", "notify"):
        del event["detail"]["data"][field]
    know()
    hear(event)
    assert (post.asked, messages()) == (0, [])


def test_who_is_given_credit_is_told_how_much_and_until_when(post: Post) -> None:
    know()
    hear(credit_issued(expires_on=date(2027, 12, 31)))
    (mail,) = post.mails
    assert subject_of(mail) == "1,234.50 USD of store credit for you at our shop"
    for part in ("Html", "Text"):
        text = text_of(mail, part)
        assert "we have given you 1,234.50 USD of store credit. Your store credit is now 2,000.00 USD." in text
        assert "You can pay with it until the end of 31 December 2027." in text


def test_a_mail_about_credit_without_an_end_speaks_of_none(post: Post) -> None:
    know()
    hear(credit_issued(500, currency="JPY", balance=-20))
    (mail,) = post.mails
    for part in ("Html", "Text"):
        text = text_of(mail, part)
        assert "we have given you 500 JPY of store credit. Your store credit is now -20 JPY." in text
        assert "until" not in text
        assert "None" not in text


def test_staff_may_give_credit_without_a_word(post: Post) -> None:
    know()
    hear(credit_issued(notify=False))
    assert (post.asked, messages()) == (0, [])


@pytest.mark.parametrize(
    ("move", "subject", "words"),
    [
        (PointsMove.SENT, "You have sent 1,200 points", "If that was not you, please tell us at once."),
        (PointsMove.RECEIVED, "You have received 1,200 points", "has sent you 1,200 points."),
        (PointsMove.RETURNED, "1,200 points came back to you", "that you had sent came back to you."),
        (PointsMove.WITHDRAWN, "We have taken back 1,200 points", "went back to their sender."),
    ],
)
def test_both_sides_of_a_transfer_are_told_what_became_of_it(
    post: Post, move: PointsMove, subject: str, words: str
) -> None:
    know()
    hear(transferred(-1_200 if move in {PointsMove.SENT, PointsMove.WITHDRAWN} else 1_200, move))
    (mail,) = post.mails
    assert subject_of(mail) == f"{subject} at our shop"
    for part in ("Html", "Text"):
        text = text_of(mail, part)
        assert words in text
        assert "Your balance is now 1,300 points." in text


def test_a_transfer_of_long_ago_is_not_mailed(post: Post, time: Time) -> None:
    know()
    event = transferred()
    time.later(days=15)
    hear(event)
    assert (post.asked, state()) == (0, ("skipped", "too_late"))


def test_the_code_of_a_transfer_is_in_its_mail_and_not_in_its_subject(post: Post) -> None:
    know()
    hear(transfer_requested())
    (mail,) = post.mails
    assert subject_of(mail) == "Your code for sending 1,200 points at our shop"
    for part in ("Html", "Text"):
        assert "4930 1172" in text_of(mail, part)
        assert "It can be used for 15 minutes." in text_of(mail, part)


def test_a_code_goes_to_no_address_that_nobody_has_verified(post: Post) -> None:
    know(email_verified=False)
    hear(transfer_requested())
    assert (post.asked, state()) == (0, ("skipped", "unproven_address"))


def test_a_code_that_has_ended_is_not_mailed(post: Post, time: Time) -> None:
    know()
    event = transfer_requested()
    time.later(minutes=15)
    hear(event)
    assert (post.asked, state()) == (0, ("skipped", "too_late"))


def test_a_request_that_is_told_again_without_its_code_mails_nothing(post: Post) -> None:
    know()
    hear(transfer_requested(None))
    assert (post.asked, messages()) == (0, [])


def test_whose_points_end_is_told_how_many_and_when(post: Post) -> None:
    know()
    hear(points_expiring())
    (mail,) = post.mails
    assert subject_of(mail) == "Use your 1,200 points at our shop by 8 June 2026"
    for part in ("Html", "Text"):
        assert "1,200 points of yours until the end of 8 June 2026, which is in 7 days." in text_of(mail, part)


def test_whose_credit_ends_is_told_how_much_and_when(post: Post) -> None:
    know()
    hear(credit_expiring())
    (mail,) = post.mails
    assert subject_of(mail) == "Use your store credit of 1,234.50 USD at our shop by 8 June 2026"
    for part in ("Html", "Text"):
        assert "1,234.50 USD of your store credit until the end of 8 June 2026, which is in 7 days." in text_of(
            mail, part
        )


@each_notice
def test_what_was_sent_is_recorded_told_and_listed(notice: Notice, time: Time) -> None:
    know()
    hear(notice())
    assert (state(), the_message().sent_at) == (("sent", None), time.now)
    assert [data["message_id"] for data in told("MessageSent")] == [the_message().message_id]
    (listed,) = call("GET", f"/api/customers/{ADA}/messages", by=Role.SUPPORT).json["data"]
    occasions = {
        "points_adjusted": ADJUSTMENT,
        "tier_reached": "tier:gold/2026-06-01",
        "credit_issued": ISSUE,
        "points_transferred": f"{TRANSFER}/received",
        "transfer_code": TRANSFER,
        "points_expiring": "points/2026-06-08/7",
        "credit_expiring": "credit:USD/2026-06-08/7",
    }
    assert listed["occasion"] == occasions[listed["template"]]


@each_notice
def test_no_consent_is_asked_for_and_no_way_out_offered(notice: Notice, post: Post) -> None:
    know()
    hear(consent_changed(consent(granted=False)), notice())
    (mail,) = post.mails
    assert mail["Content"]["Simple"]["Headers"] == []
    assert "unsubscribe" not in (text_of(mail) + text_of(mail, "Html")).lower()


@each_notice
@pytest.mark.parametrize(
    ("of", "reason"),
    [
        ({"status": CustomerStatus.INACTIVE}, "status_inactive"),
        ({"status": CustomerStatus.BANNED}, "status_banned"),
        ({"email": ""}, "no_address"),
    ],
)
def test_who_cannot_be_mailed_is_skipped_for_a_reason(
    notice: Notice, of: dict[str, Any], reason: str, post: Post
) -> None:
    know(**of)
    hear(notice())
    assert (state(), post.asked) == (("skipped", reason), 0)
    assert told("MessageSent") == []


@each_first_notice
def test_a_notice_heard_before_the_registration_waits_for_it(notice: Notice, post: Post, time: Time) -> None:
    event = notice()
    hear(consent_changed(consent(granted=False)))  # whose contact is begun, without an address
    assert refuses(event)
    assert messages() == []
    hear(registered(consent(granted=False)))
    time.later(minutes=3)
    hear(event)
    assert [mail["Destination"]["ToAddresses"] for mail in post.mails] == [[ADDRESS]]


@each_first_notice
def test_a_notice_to_a_guest_waits_once_and_is_skipped(notice: Notice, post: Post, time: Time) -> None:
    event = notice()
    assert refuses(event)
    time.later(minutes=3)
    hear(event)
    assert (state(), post.asked) == (("skipped", "no_address"), 0)


@each_later_notice
def test_what_needs_an_earlier_event_is_skipped_for_a_guest_at_once(notice: Notice, post: Post) -> None:
    hear(notice())
    assert (state(), post.asked) == (("skipped", "no_address"), 0)


@each_notice
def test_an_erased_person_is_told_nothing_and_leaves_no_record(notice: Notice, post: Post) -> None:
    know()
    hear(erasure(), notice())
    assert (messages(), post.asked) == ([], 0)


def test_an_erasure_takes_the_records_with_it() -> None:
    know()
    hear(*(notice() for notice in NOTICES), erasure())
    assert messages() == []
    assert told("ErasureAnswered")[0]["erased"] == {"contacts": 1, "messages": len(NOTICES), "dead_letters": 0}


@each_notice
def test_what_it_says_is_in_no_record_event_or_log_line(notice: Notice, post: Post) -> None:
    know()
    event = notice()
    post.happens = ["TooManyRequestsException", "MessageRejected"]
    with captured_logs() as logs:
        assert refuses(event)
        hear(event)
        assert refuses(adjusted(customer_id=BEN))
    assert "message failed" in logs.getvalue()
    records = json.dumps([item for item in items("notifications") if "MESSAGE#" in item["sk"]["S"]])
    said = records + json.dumps(told("MessageSent")) + logs.getvalue()
    canaries = (REASON, "parcel", "4930", "1,300", "1,200", "1,234", ADDRESS, "Ada", "Byron")
    assert [word for word in canaries if word in said] == []


def test_words_of_staff_are_escaped_and_on_one_line(post: Post) -> None:
    know()
    hear(adjusted(reason="<b>Late</b>\r\nBcc: x@example.com\n\n{{ shop_name }}"))
    (mail,) = post.mails
    assert "The reason: &lt;b&gt;Late&lt;/b&gt; Bcc: x@example.com {{ shop_name }}</p>" in text_of(mail, "Html")
    assert "The reason: <b>Late</b> Bcc: x@example.com {{ shop_name }}\n" in text_of(mail)
    assert "Late" not in subject_of(mail)
