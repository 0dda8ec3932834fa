"""Forgetting a person: whole, resumable, and for good."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest

from notifications.contacts.items import CONTACT, Contact, find_contact
from notifications.erasure import usecases
from notifications.messages.models import Due
from notifications.messages.usecases import send_once
from notifications.templates.models import WELCOME
from shared.messages.cause import Cause
from tests.harness.aws.ground import items
from tests.harness.interruptions import Crash
from tests.harness.orders import NOON
from tests.integration.notifications.notices.notices import adjusted
from tests.integration.notifications.post import ADDRESS, Post
from tests.integration.notifications.stage import (
    ADA,
    ANOTHER_REQUEST,
    BEN,
    REQUEST,
    consent,
    consent_changed,
    contact,
    erasure,
    hear,
    hear_and_crash,
    messages,
    profile,
    registered,
    stored,
    told,
    updated,
)

KEPT = [{"what": "tombstone", "count": 1, "why": "so that an event that comes late brings nobody back"}]
CAUSE = Cause("service:test", "test")


def known_with_messages(count: int = 3) -> None:
    hear(registered(consent()))
    for day in range(1, count):
        send_once(Due(ADA, WELCOME, f"day-{day}", NOON + timedelta(days=day)), CAUSE)
    assert len(messages()) == count


def answers() -> list[dict[str, object]]:
    return told("ErasureAnswered")


def put_back(before: list[dict[str, Any]]) -> None:
    """Put messages back that an erasure has deleted."""
    for item in before:
        if item["sk"]["S"] != CONTACT:
            boto3.client("dynamodb").put_item(TableName="regulars-test-notifications", Item=item)


def test_nothing_of_the_person_is_left_and_the_answer_says_what_went() -> None:
    known_with_messages()
    hear(erasure())
    assert not any(word in stored() for word in (ADDRESS, "Ada", "Byron", "MESSAGE#"))
    (answer,) = answers()
    assert (answer["request_id"], answer["customer_id"], answer["service"]) == (REQUEST, ADA, "notifications")
    assert answer["erased"] == {"contacts": 1, "messages": 3, "dead_letters": 0}
    assert answer["kept"] == KEPT
    assert answer["answered_at"] == "2026-06-01T12:00:00Z"


def test_other_customers_keep_everything() -> None:
    hear(registered(consent(), customer_id=BEN, of=profile("ben@example.com")))
    before = [item for item in items("notifications") if BEN in item["pk"]["S"]]
    known_with_messages()
    hear(erasure())
    assert [item for item in items("notifications") if BEN in item["pk"]["S"]] == before


def test_a_person_nobody_heard_of_is_erased_all_the_same() -> None:
    hear(erasure())
    (answer,) = answers()
    assert answer["erased"] == {"contacts": 0, "messages": 0, "dead_letters": 0}
    assert contact().erased_at == NOON


def test_late_events_revive_nobody_and_send_nothing(post: Post) -> None:
    hear(erasure())
    before = stored()
    hear(
        registered(consent(), version=7),
        updated(version=9, of=profile("new@example.com")),
        consent_changed(consent(at=NOON + timedelta(days=1))),
    )
    assert stored() == before
    assert post.asked == 0


@pytest.mark.parametrize("step", ["delete_all", "sweep_dead_letters", "_answer"])
def test_stopped_anywhere_it_goes_on_and_answers_right(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    known_with_messages()
    with monkeypatch.context() as crashing:
        crashing.setattr(usecases, step, _crash)
        hear_and_crash(erasure())
    assert contact().erased_at is not None
    assert ADDRESS not in stored()
    assert answers() == []
    hear(erasure())
    assert messages() == []
    (answer,) = answers()
    assert answer["erased"] == {"contacts": 1, "messages": 3, "dead_letters": 0}


def test_stopped_before_anything_it_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known_with_messages()
    with monkeypatch.context() as crashing:
        crashing.setattr(usecases, "commit", _crash)
        hear_and_crash(erasure())
    hear(erasure())
    assert answers()[0]["erased"] == {"contacts": 1, "messages": 3, "dead_letters": 0}


def test_heard_again_it_answers_again() -> None:
    known_with_messages()
    hear(erasure(), erasure(ANOTHER_REQUEST))
    first, second = answers()
    assert first["erased"] == second["erased"]
    assert (first["request_id"], second["request_id"]) == (REQUEST, ANOTHER_REQUEST)


def test_a_claim_that_a_crash_left_behind_goes_when_its_event_comes_again(post: Post) -> None:
    event = registered(consent())
    post.happens = [Crash()]
    hear_and_crash(event)
    before = items("notifications")
    hear(erasure())
    put_back(before)  # as if the claim had been made while the erasure deleted
    hear(event)
    assert messages() == []
    assert post.asked == 1


def test_what_slipped_in_after_the_answer_goes_the_next_time() -> None:
    known_with_messages(2)
    before = items("notifications")
    hear(erasure())
    put_back(before[:2])
    hear(erasure())
    assert messages() == []
    assert answers()[-1]["erased"] == {"contacts": 1, "messages": 3, "dead_letters": 0}


def test_a_contact_that_changes_in_between_is_still_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    known_with_messages()
    news = [updated(version=2, of=profile("new@example.com"))]

    def find_and_be_overtaken(customer_id: str) -> Contact | None:
        found = find_contact(customer_id)
        if news:
            hear(news.pop())
        return found

    monkeypatch.setattr(usecases, "find_contact", find_and_be_overtaken)
    hear(erasure())
    assert "example.com" not in stored()
    assert len(answers()) == 1


def test_their_dead_letters_go_and_those_of_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)
    for event in (registered(consent()), updated(version=2, of=profile()), adjusted(), registered(customer_id=BEN)):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(event))
    hear(erasure())
    assert answers()[0]["erased"] == {"contacts": 0, "messages": 0, "dead_letters": 3}
    [left] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert BEN in left["Body"]


def _crash(*_: object) -> None:
    raise Crash
