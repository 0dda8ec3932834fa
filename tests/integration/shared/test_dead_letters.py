"""The sweep of a dead-letter queue takes one person's letters and leaves the others."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from shared.dead_letters import UnseenLettersError, sweep_dead_letters


def test_only_the_letters_that_name_the_person_are_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="dead")["QueueUrl"]
        monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)
        for n in range(25):
            sqs.send_message(QueueUrl=url, MessageBody=f'{{"customer_id": "cus_{n % 5}"}}')
        assert sweep_dead_letters("cus_3", "") == 5
        left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        assert int(left["ApproximateNumberOfMessagesNotVisible"]) + int(left["ApproximateNumberOfMessages"]) == 20


def test_the_next_sweep_finds_its_own_though_it_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="dead")["QueueUrl"]
        monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)
        for n in range(25):
            sqs.send_message(QueueUrl=url, MessageBody=f'{{"customer_id": "cus_{n % 5}"}}')
        assert [sweep_dead_letters(f"cus_{n}") for n in range(5)] == [5] * 5


def test_letters_that_another_sweep_has_in_hand_are_not_taken_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_aws():
        sqs = boto3.client("sqs")
        url = sqs.create_queue(QueueName="dead")["QueueUrl"]
        monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", url)
        for n in range(3):
            sqs.send_message(QueueUrl=url, MessageBody=f'{{"customer_id": "cus_{n}"}}')
        (held,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1, VisibilityTimeout=60)["Messages"]
        with pytest.raises(UnseenLettersError):
            sweep_dead_letters("cus_0")
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=held["ReceiptHandle"], VisibilityTimeout=0)
        assert sweep_dead_letters("cus_0") == 1, "the sweep that was refused hides none from the next"


def test_without_a_queue_or_a_name_nothing_is_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEAD_LETTER_QUEUE_URL", raising=False)
    assert sweep_dead_letters("cus_1") == 0
    monkeypatch.setenv("DEAD_LETTER_QUEUE_URL", "https://nowhere.test/queue")
    assert sweep_dead_letters("") == 0
