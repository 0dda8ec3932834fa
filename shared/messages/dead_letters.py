"""The sweep of a dead-letter queue: an erased person's messages must not wait there to be sent back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from shared.messages.patience import patient_looks
from shared.runtime.aws import client

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import MessageTypeDef

# One receive hands out ten at most (SQS quota); 100 rounds look at 1,000 letters, far more than an alarmed queue holds.
_A_RECEIVE: Final = 10
_ROUNDS: Final = 100
# Letters are hidden this long (seconds) while they are looked at, so that the rounds see each once; those that stay
# show again after the last, for the next erasure's sweep may begin at once.
_HIDDEN: Final = 60
_COUNTS: Final[Sequence[QueueAttributeNameType]] = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
)


class UnseenLettersError(Exception):
    """There are letters that the sweep has not seen: another has them in hand, or they are more than it looks at."""


def _none(_: str) -> bool:
    return False


def sweep_dead_letters(*needles: str, is_wanted: Callable[[str], bool] = _none) -> int:
    """Delete the messages that name any of `needles` (an id, an address) from this service's dead-letter queue.

    In whatever case: an address in a message is as somebody typed it. `is_wanted` also decides by a message's body.
    Returns how many were deleted. Raises UnseenLettersError, and has deleted none, where it may not have seen them all:
    the message is to come again. Does nothing where `DEAD_LETTER_QUEUE_URL` is not set.
    """
    url = os.environ.get("DEAD_LETTER_QUEUE_URL")
    wanted = [needle.lower() for needle in needles if needle]
    if not url or not wanted:
        return 0

    def is_named(body: str) -> bool:
        return any(needle in body.lower() for needle in wanted) or is_wanted(body)

    sqs = client("sqs")
    for _ in patient_looks():
        if (swept := _sweep(sqs, url, is_named)) is not None:
            return swept
    raise UnseenLettersError


def _sweep(sqs: SQSClient, url: str, is_named: Callable[[str], bool]) -> int | None:
    """How many letters were deleted; None, and none deleted, where some may not have been seen."""
    seen: dict[str, MessageTypeDef] = {}
    named: list[MessageTypeDef] = []
    try:
        _look(sqs, url, seen)
        # Counted before anything is deleted: SQS counts what is gone for a while yet.
        if _count(sqs, url) > len(seen):
            return None
        named = [letter for letter in seen.values() if is_named(letter["Body"])]
        for letter in named:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
        return len(named)
    finally:
        _show_again(sqs, url, [letter for letter in seen.values() if letter not in named])


def _look(sqs: SQSClient, url: str, seen: dict[str, MessageTypeDef]) -> None:
    """Put every letter that can be seen into `seen`, by its id: one may be handed out twice."""
    for _ in range(_ROUNDS):
        handed = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_A_RECEIVE, VisibilityTimeout=_HIDDEN)
        if not (letters := handed.get("Messages", [])):
            return
        seen |= {letter["MessageId"]: letter for letter in letters}


def _count(sqs: SQSClient, url: str) -> int:
    """How many letters there are, whoever has them in hand."""
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=_COUNTS)["Attributes"]
    return sum(map(int, attributes.values()))


def _show_again(sqs: SQSClient, url: str, letters: list[MessageTypeDef]) -> None:
    for letter in letters:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0)
