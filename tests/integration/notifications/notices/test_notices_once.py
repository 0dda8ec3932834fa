"""Each notice goes out once or not at all: copies, late warnings, crashes and opinions that change meanwhile."""

from __future__ import annotations

import json
from datetime import date

import pytest
from botocore.exceptions import ReadTimeoutError

from notifications.messages import usecases
from shared.events.customers import CustomerStatus
from tests.harness.aws.ground import items
from tests.harness.interruptions import Crash, counted_calls, crash
from tests.harness.time import Time
from tests.integration.notifications.meddling import before_second_look, before_write
from tests.integration.notifications.notices.notices import (
    REASON,
    Notice,
    adjusted,
    credit_expiring,
    credit_issued,
    each_notice,
    each_warning,
    know,
    points_expiring,
    text_of,
    tier_reached,
)
from tests.integration.notifications.post import Post
from tests.integration.notifications.stage import (
    erasure,
    hear,
    hear_and_crash,
    messages,
    profile,
    refuses,
    state,
    told,
    updated,
)


@each_notice
def test_heard_twice_or_told_again_it_is_sent_once(notice: Notice, post: Post, time: Time) -> None:
    know()
    event = notice()
    hear(event, event)
    time.later(days=2)
    hear(event)
    assert len(post.mails) == len(messages()) == len(told("MessageSent")) == 1


@each_warning
def test_another_warning_of_the_same_day_and_days_ahead_is_no_news(warning: Notice, post: Post, time: Time) -> None:
    know()
    hear(warning())
    time.later(hours=3)
    hear(warning())  # two accounts became one meanwhile, say
    assert len(post.mails) == len(messages()) == 1


def test_a_month_ahead_and_a_week_ahead_are_two_mails(post: Post, time: Time) -> None:
    know()
    hear(points_expiring(30, on=date(2026, 7, 1)))
    time.later(days=23)
    hear(points_expiring(7, on=date(2026, 7, 1), points=1))
    assert ["in 30 days" in text_of(mail) for mail in post.mails] == [True, False]
    assert "1 point of yours until the end of 1 July 2026, which is in 7 days" in text_of(post.mails[1])


def test_points_and_each_currency_of_credit_are_warned_of_by_themselves(post: Post) -> None:
    know()
    hear(points_expiring(), credit_expiring(), credit_expiring(currency="JPY", amount=500))
    assert ["500 JPY" in text_of(mail) for mail in post.mails] == [False, False, True]


def test_each_adjustment_is_told_of(post: Post) -> None:
    know()
    hear(adjusted(), adjusted(cause="adj_01ARZ3NDEKTSV4RRFFQ69G5FB0"))
    assert len(post.mails) == 2


@each_warning
@pytest.mark.parametrize(("hours", "is_sent"), [(167, True), (168, False), (200, False), (2_000, False)])
def test_a_warning_heard_when_its_day_may_be_over_is_skipped(
    warning: Notice, hours: int, is_sent: bool, post: Post, time: Time
) -> None:
    know()
    event = warning()
    time.later(hours=hours)
    hear(event)
    assert state() == (("sent", None) if is_sent else ("skipped", "too_late"))
    assert len(post.mails) == is_sent


@each_warning
def test_a_warning_that_waited_for_ses_until_its_day_was_over_is_skipped(
    warning: Notice, post: Post, time: Time
) -> None:
    know()
    event = warning()
    post.happens = ["SendingPausedException"]
    assert refuses(event)
    time.later(days=8)
    hear(event, event)
    assert (state(), post.mails) == (("skipped", "too_late"), [])


@each_warning
def test_a_day_that_ends_while_a_warning_is_claimed_still_stops_it(
    warning: Notice, monkeypatch: pytest.MonkeyPatch, post: Post, time: Time
) -> None:
    know()
    event = warning()
    before_second_look(monkeypatch, lambda: time.later(days=8))
    hear(event)
    assert (state(), post.asked) == (("skipped", "too_late"), 0)


def test_a_warning_that_was_under_way_for_days_counts_those_that_are_left(post: Post, time: Time) -> None:
    know()
    event = points_expiring()
    time.later(days=3, hours=2)
    hear(event)
    assert "8 June 2026, which is in 4 days" in text_of(post.mails[0])


@pytest.mark.parametrize(("hours", "is_sent"), [(71, True), (72, False), (2_000, False)])
def test_a_tier_is_told_of_while_it_is_news(hours: int, is_sent: bool, post: Post, time: Time) -> None:
    know()
    event = tier_reached()
    time.later(hours=hours)
    hear(event)
    assert state() == (("sent", None) if is_sent else ("skipped", "too_late"))
    assert len(post.mails) == is_sent


@pytest.mark.parametrize(
    ("on", "hours", "is_sent"),
    [
        (None, 335, True),
        (None, 336, False),
        (date(2026, 6, 2), 20, True),
        (date(2026, 6, 2), 22, False),  # it is over on Kiribati
        (date(2027, 6, 2), 335, True),
        (date(2027, 6, 2), 336, False),
    ],
)
def test_credit_is_told_of_for_two_weeks_and_while_it_can_be_used(
    on: date | None, hours: int, is_sent: bool, post: Post, time: Time
) -> None:
    know()
    event = credit_issued(expires_on=on)
    time.later(hours=hours)
    hear(event)
    assert state() == (("sent", None) if is_sent else ("skipped", "too_late"))
    assert len(post.mails) == is_sent


def test_credit_that_is_given_on_its_last_day_is_told_of_at_once(post: Post, time: Time) -> None:
    know()
    event = credit_issued(expires_on=time.now.date())
    post.happens = ["TooManyRequestsException"]
    assert refuses(event)
    time.later(minutes=3)
    hear(event)
    assert len(post.mails) == 1


def test_each_tier_is_a_mail_of_its_own(post: Post, time: Time) -> None:
    know()
    hear(tier_reached("silver", old="bronze"))
    time.later(minutes=1)
    hear(tier_reached("gold"), tier_reached("gold"))
    assert ["Silver" in text_of(mail) for mail in post.mails] == [True, False]
    assert "Gold" in text_of(post.mails[1])


def test_each_issue_of_credit_is_told_of(post: Post) -> None:
    know()
    hear(credit_issued(), credit_issued(cause="crd_01ARZ3NDEKTSV4RRFFQ69G5FB2"))
    assert len(post.mails) == 2


def test_an_adjustment_is_never_too_late(post: Post, time: Time) -> None:
    know()
    event = adjusted()
    time.later(days=14)
    hear(event)
    assert len(post.mails) == 1


@each_notice
def test_an_erasure_after_the_claim_still_stops_the_mail(
    notice: Notice, monkeypatch: pytest.MonkeyPatch, post: Post
) -> None:
    know()
    before_second_look(monkeypatch, lambda: hear(erasure()))
    hear(notice())
    assert (messages(), post.asked) == ([], 0)


@each_notice
def test_an_erasure_before_a_skip_is_written_down_leaves_no_record(
    notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(status=CustomerStatus.BANNED)
    before_write(monkeypatch, lambda: hear(erasure()))
    hear(notice())
    assert messages() == []


@each_notice
def test_a_mail_that_waited_for_ses_says_what_its_event_says(notice: Notice, post: Post, time: Time) -> None:
    know()
    event = notice()
    post.happens = ["TooManyRequestsException"]
    assert refuses(event)
    assert state() == ("waiting", "TooManyRequestsException")
    time.later(minutes=3)
    hear(event)
    assert state() == ("sent", None)
    (mail,) = post.mails
    said = (
        REASON,
        "use 1,200 points",
        "with 1,234.50 USD",
        "given you 1,234.50 USD",
        "the tier Gold",
        "sent you 1,200",
        "4930 1172",
    )
    assert any(words in text_of(mail) for words in said)


@each_notice
def test_who_is_banned_while_the_mail_waits_does_not_get_it(notice: Notice, post: Post) -> None:
    know()
    event = notice()
    post.happens = ["TooManyRequestsException"]
    assert refuses(event)
    hear(updated(version=2, of=profile(status=CustomerStatus.BANNED)), event)
    assert (state(), post.mails) == (("skipped", "status_banned"), [])


@each_notice
def test_a_mail_refused_for_good_has_failed_and_blocks_nobody(notice: Notice, post: Post) -> None:
    know()
    event = notice()
    post.happens = ["MessageRejected"]
    hear(event, event)
    assert (state(), post.asked) == (("failed", "MessageRejected"), 1)


@each_notice
@pytest.mark.parametrize(
    ("trouble", "status"),
    [(Crash(), "stopped_while_sending"), (ReadTimeoutError(endpoint_url="https://ses"), "no_answer")],
)
def test_a_mail_that_may_have_been_sent_is_not_sent_again(
    notice: Notice, trouble: BaseException, status: str, post: Post
) -> None:
    know()
    event = notice()
    post.happens = [trouble]
    hear_and_crash(event)
    hear(event, event)
    assert (state(), post.asked) == (("interrupted", status), 1)


@each_notice
def test_a_crash_after_ses_took_the_mail_sends_no_second(
    notice: Notice, monkeypatch: pytest.MonkeyPatch, post: Post
) -> None:
    know()
    event = notice()
    with monkeypatch.context() as crashing:
        crashing.setattr(usecases, "_settle", crash)
        hear_and_crash(event)
    hear(event)
    assert (state(), len(post.mails)) == (("interrupted", "stopped_while_sending"), 1)


@each_notice
def test_a_crash_before_the_claim_loses_nothing(notice: Notice, monkeypatch: pytest.MonkeyPatch, post: Post) -> None:
    know()
    event = notice()
    with monkeypatch.context() as crashing:
        crashing.setattr(usecases, "commit", crash)
        hear_and_crash(event)
    assert messages() == []
    hear(event)
    assert (state(), len(post.mails)) == (("sent", None), 1)


@each_notice
def test_a_copy_handled_at_the_same_time_sends_no_second_mail(notice: Notice, post: Post) -> None:
    know()
    event = notice()
    post.happens = [lambda: hear(event)]
    hear(event)
    assert state() == ("sent", None)
    assert len(post.mails) == len(told("MessageSent")) == 1


@each_notice
def test_to_send_none_takes_one_write_and_a_read_before_and_after_it_of_a_unit_each(
    notice: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(status=CustomerStatus.BANNED)
    event = notice()
    with counted_calls() as calls:
        hear(event)
    assert calls == ["GetItem", "PutItem", "GetItem"]
    # In DynamoDB's JSON, which is longer than what is counted: a write unit is 1 KB, a consistent read's 4 KB.
    assert all(len(json.dumps(item)) < 1024 for item in items("notifications"))
