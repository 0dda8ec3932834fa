"""An erased person leaves a tombstone and an answer, whenever it crashes, however often it is asked."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from segments.erasure import usecases as erasing
from segments.features.store import find_row
from segments.membership import feature_updates
from shared.events.privacy import ErasureAnswered
from shared.items import table
from shared.items.keys import shard_of
from tests.harness.aws.context import LambdaContext
from tests.harness.aws.ground import items
from tests.harness.heard import sqs_batch
from tests.harness.orders import NOON
from tests.harness.time import Time
from tests.integration.segments.stage import (
    ADA,
    BEN,
    REQUEST,
    erasure,
    hear,
    memberships,
    ordered,
    refresh,
    registered,
    stage,
    told,
)


def answers() -> list[ErasureAnswered]:
    return stage.told_of(ErasureAnswered)


def known() -> None:
    """Ada is in two segments, Ben in one."""
    hear(registered(), ordered(spent=100_001), registered(BEN))


def assert_forgotten() -> None:
    [tombstone] = [item for item in items("segments") if ADA in item["pk"]["S"] or item["sk"]["S"] == ADA]
    assert set(tombstone) == {
        *("pk", "sk", "kind", "version", "events", "outbox", "erased_at", "erased", "answered_at"),
    }
    assert memberships() == {BEN: ["new"]}


def test_a_person_is_erased_and_the_request_answered() -> None:
    known()
    hear(erasure())
    assert_forgotten()
    [answer] = answers()
    assert (answer.request_id, answer.customer_id, answer.service) == (REQUEST, ADA, "segments")
    assert answer.erased == {"feature_rows": 1, "memberships": 2, "dead_letters": 0}
    assert [(kept.what, kept.count) for kept in answer.kept] == [("tombstone", 1)]
    assert answer.answered_at == NOON


def test_leaving_by_erasure_is_not_told() -> None:
    known()
    hear(erasure())
    assert "SegmentLeft" not in [name for name, _, _ in told()]


def test_somebody_unknown_leaves_a_tombstone_too() -> None:
    hear(registered(BEN), erasure())
    assert_forgotten()
    assert answers()[0].erased == {"feature_rows": 0, "memberships": 0, "dead_letters": 0}
    hear(registered(), ordered())
    assert_forgotten()


def test_late_events_revive_nobody(time: Time) -> None:
    known()
    hear(erasure())
    hear(registered(version=99, as_update=True), ordered(version=99, spent=500_000))
    time.later(days=200)
    refresh()
    hear(registered(version=100), ordered(version=100, currency="EUR"))
    [tombstone] = [item for item in items("segments") if ADA in item["pk"]["S"]]
    assert "registered_at" not in tombstone
    assert "stats" not in tombstone
    assert ADA not in memberships()


def test_an_erased_row_is_due_no_more(time: Time) -> None:
    hear(registered(), erasure())
    time.later(days=31)
    assert refresh() == {"evaluated": 0, "failed": 0, "finished": True}


def test_a_request_heard_again_is_answered_again_with_the_same_counts(time: Time) -> None:
    known()
    hear(erasure())
    time.later(days=1)
    hear(erasure())
    assert_forgotten()
    assert [answer.erased for answer in answers()] == [{"feature_rows": 1, "memberships": 2, "dead_letters": 0}] * 2


def test_what_slipped_in_is_erased_when_the_request_is_heard_again() -> None:
    known()
    hear(erasure())
    slipped: dict[str, Any] = {"pk": f"SEGMENT#new#{shard_of(ADA)}", "sk": ADA, "kind": "membership", "version": 1}
    boto3.resource("dynamodb").Table("regulars-test-segments").put_item(
        Item={**slipped, "entered_at": "2026-06-01T12:00:00.000000+0000"}
    )
    hear(erasure())
    assert_forgotten()


@pytest.mark.parametrize("step", ["commit", "delete_all", "sweep_dead_letters", "_answer"])
@pytest.mark.parametrize("done", [True, False])
def test_a_crash_at_any_step_is_resumed_when_the_request_comes_again(
    monkeypatch: pytest.MonkeyPatch, step: str, done: bool
) -> None:
    known()
    work = getattr(erasing, step)

    def crash(*arguments: Any) -> None:
        if done:
            work(*arguments)
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(erasing, step, crash)
        assert stage.app.inbox(sqs_batch(erasure()), LambdaContext())["batchItemFailures"]
    hear(erasure())
    assert_forgotten()
    assert answers()[-1].erased == {"feature_rows": 1, "memberships": 2, "dead_letters": 0}


def test_an_order_heard_while_the_person_is_erased_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    known()
    monkeypatch.setattr(table, "_FIRST_PAUSE", 0.0)
    read = find_row
    waiting = [erasure()]

    def read_then_lose(customer_id: str) -> Any:
        row = read(customer_id)
        if waiting:
            hear(waiting.pop())
        return row

    monkeypatch.setattr(feature_updates, "find_row", read_then_lose)
    hear(ordered(version=2, orders=9, spent=500_000))
    assert_forgotten()


def test_an_order_heard_just_before_the_tombstone_is_counted_and_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    known()
    monkeypatch.setattr(table, "_FIRST_PAUSE", 0.0)
    read = find_row
    waiting = [ordered(version=2, orders=6, spent=500_000)]

    def read_then_lose(customer_id: str) -> Any:
        row = read(customer_id)
        if waiting:
            hear(waiting.pop())
        return row

    monkeypatch.setattr(erasing, "find_row", read_then_lose)
    hear(erasure())
    assert_forgotten()
    assert answers()[0].erased["memberships"] == 2


def test_dead_letters_that_name_the_person_are_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="dead")["QueueUrl"]
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)
    for record in sqs_batch(ordered(), ordered(), ordered(BEN))["Records"]:
        sqs.send_message(QueueUrl=url, MessageBody=record["body"])
    hear(erasure())
    assert answers()[0].erased["dead_letters"] == 2
    counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    left = [counted["ApproximateNumberOfMessages"], counted["ApproximateNumberOfMessagesNotVisible"]]
    assert sum(map(int, left)) == 1


def test_the_tombstone_says_nothing_of_the_person() -> None:
    known()
    hear(erasure())
    tombstone = find_row(ADA)
    assert tombstone
    values = [tombstone.registered_at, tombstone.status, tombstone.stats, tombstone.held, tombstone.due_on]
    assert values == [None] * 5
