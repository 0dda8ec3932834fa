"""The sweep of a dead-letter queue takes one person's letters and leaves the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shared.messages import dead_letters
from shared.messages.dead_letters import UnseenLettersError, sweep_dead_letters
from shared.messages.patience import PATIENCE


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    """SQS, and a queue of dead letters."""
    with mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="dead")["QueueUrl"]
        monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)
        yield sqs, url


def put_letters(dead: tuple[Any, str], number: int, people: int) -> None:
    sqs, url = dead
    for n in range(number):
        sqs.send_message(QueueUrl=url, MessageBody=f'{{"customer_id": "cus_{n % people}"}}')


def test_only_the_letters_that_name_the_person_are_deleted(dead: tuple[Any, str]) -> None:
    put_letters(dead, 25, 5)
    assert sweep_dead_letters("cus_3", "") == 5
    left = dead[0].get_queue_attributes(QueueUrl=dead[1], AttributeNames=["All"])["Attributes"]
    assert int(left["ApproximateNumberOfMessagesNotVisible"]) + int(left["ApproximateNumberOfMessages"]) == 20


def test_the_next_sweep_finds_its_own_though_it_comes_at_once(dead: tuple[Any, str]) -> None:
    put_letters(dead, 25, 5)
    assert [sweep_dead_letters(f"cus_{n}") for n in range(5)] == [5] * 5


def test_a_sweep_waits_for_the_letters_that_another_has_in_hand(
    dead: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_letters(dead, 3, 3)
    sqs, url = dead
    (held,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=60)["Messages"]

    def other_ends(_: float) -> None:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=held["ReceiptHandle"], VisibilityTimeout=0)

    monkeypatch.setattr("time.sleep", other_ends)
    assert sweep_dead_letters("cus_0", "cus_1", "cus_2") == 3


def test_a_sweep_that_may_have_missed_one_deletes_none_and_hides_none(
    dead: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_letters(dead, 3, 3)
    sqs, url = dead
    naps: list[float] = []
    monkeypatch.setattr("time.sleep", naps.append)
    (held,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=60)["Messages"]
    with pytest.raises(UnseenLettersError):
        sweep_dead_letters("cus_0", "cus_1", "cus_2")
    assert len(naps) == PATIENCE - 1
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=held["ReceiptHandle"], VisibilityTimeout=0)
    assert len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]) == 3


def test_more_letters_than_a_sweep_looks_at_are_not_passed_over(
    dead: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_letters(dead, 3, 3)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(dead_letters, "_A_RECEIVE", 1)
    monkeypatch.setattr(dead_letters, "_ROUNDS", 2)
    with pytest.raises(UnseenLettersError):
        sweep_dead_letters("cus_0")


def test_a_letter_that_is_handed_out_twice_is_one(dead: tuple[Any, str], monkeypatch: pytest.MonkeyPatch) -> None:
    put_letters(dead, 3, 3)
    monkeypatch.setattr(dead_letters, "_HIDDEN", 0)
    monkeypatch.setattr(dead_letters, "_ROUNDS", 3)
    assert sweep_dead_letters("cus_1") == 1


def test_without_a_queue_or_a_name_nothing_is_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEAD_LETTER_QUEUE_URL", raising=False)
    assert sweep_dead_letters("cus_1") == 0
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", "https://nowhere.test/queue")
    assert sweep_dead_letters("") == 0
