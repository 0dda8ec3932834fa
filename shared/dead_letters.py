"""The sweep of a dead-letter queue: an erased person's messages must not wait there to be sent back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from shared.aws import client

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import MessageTypeDef

# One receive hands out ten at most (SQS quota); 100 rounds look at 1,000 letters, far more than an alarmed queue holds.
_A_RECEIVE: Final = 10
_ROUNDS: Final = 100
# Letters that stay are hidden this long (seconds), so that the rounds see each once; after the last they show again,
# for the next erasure's sweep may begin at once.
_HIDDEN: Final = 60
_COUNTS: Final[Sequence[QueueAttributeNameType]] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
)


class UnseenLettersError(Exception):
    """There are letters that this sweep has not seen: another has them in hand, or SQS kept them back. Come again."""


def sweep_dead_letters(*needles: str) -> int:
    """Delete the messages that name any of `needles` (an id, an address) from this service's dead-letter queue.

    In whatever case: an address in a message is as somebody typed it. Returns how many were deleted. Raises
    UnseenLettersError where some may be left. Does nothing where `DEAD_LETTER_QUEUE_URL` is not set.
    """
    url = os.environ.get("DEAD_LETTER_QUEUE_URL")
    wanted = [needle.lower() for needle in needles if needle]
    if not url or not wanted:
        return 0
    sqs = client("sqs")
    stay: list[MessageTypeDef] = []
    try:
        swept = sum(_delete(sqs, url, named) for named in _named(sqs, url, wanted, stay))
        _leave_none_unseen(sqs, url, len(stay))
        return swept
    finally:
        _show_again(sqs, url, stay)


def _named(sqs: SQSClient, url: str, wanted: list[str], stay: list[MessageTypeDef]) -> Iterator[list[MessageTypeDef]]:
    """The messages that name one of `wanted`, a receive at a time; the others go to `stay`."""
    for _ in range(_ROUNDS):
        letters = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_A_RECEIVE, VisibilityTimeout=_HIDDEN)
        if not (messages := letters.get("Messages", [])):
            return
        named = [message for message in messages if any(needle in message["Body"].lower() for needle in wanted)]
        stay += [message for message in messages if message not in named]
        yield named


def _leave_none_unseen(sqs: SQSClient, url: str, seen: int) -> None:
    """A receive may come back empty though letters are there: hidden by another's sweep, or on servers not asked.

    SQS counts nearly: a letter just deleted may be counted for a while yet, and the sweep then comes again for nothing.
    """
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_COUNTS)["Attributes"]
    if sum(map(int, attributes.values())) > seen:
        raise UnseenLettersError


def _delete(sqs: SQSClient, url: str, messages: list[MessageTypeDef]) -> int:
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)


def _show_again(sqs: SQSClient, url: str, messages: list[MessageTypeDef]) -> None:
    for message in messages:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
