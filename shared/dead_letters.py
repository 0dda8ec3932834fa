"""The sweep of a dead-letter queue: an erased person's messages must not wait there to be sent back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from shared.aws import client

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

# One receive hands out ten at most (SQS quota); 100 rounds look at 1,000 letters, far more than an alarmed queue holds.
_A_RECEIVE: Final = 10
_ROUNDS: Final = 100
# Letters that stay are hidden this long (seconds), so that the rounds see each once; after the last they show again,
# for the next erasure's sweep may begin at once.
_HIDDEN: Final = 60


def sweep_dead_letters(*needles: str) -> int:
    """Delete the messages that name any of `needles` (an id, an address) from this service's dead-letter queue.

    In whatever case: an address in a message is as somebody typed it. Returns how many were deleted. Does nothing
    where `DEAD_LETTER_QUEUE_URL` is not set.
    """
    url = os.environ.get("DEAD_LETTER_QUEUE_URL")
    wanted = [needle.lower() for needle in needles if needle]
    if not url or not wanted:
        return 0
    sqs = client("sqs")
    swept = 0
    stay: list[MessageTypeDef] = []
    for _ in range(_ROUNDS):
        letters = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_A_RECEIVE, VisibilityTimeout=_HIDDEN)
        if not (messages := letters.get("Messages", [])):
            break
        named = [message for message in messages if any(needle in message["Body"].lower() for needle in wanted)]
        stay += [message for message in messages if message not in named]
        swept += _delete(sqs, url, named)
    _show_again(sqs, url, stay)
    return swept


def _delete(sqs: SQSClient, url: str, messages: list[MessageTypeDef]) -> int:
    if messages:
        entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type]
    return len(messages)


def _show_again(sqs: SQSClient, url: str, messages: list[MessageTypeDef]) -> None:
    for start in range(0, len(messages), _A_RECEIVE):
        handles = [message["ReceiptHandle"] for message in messages[start : start + _A_RECEIVE]]
        entries = [{"Id": str(n), "ReceiptHandle": handle, "VisibilityTimeout": 0} for n, handle in enumerate(handles)]
        sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)  # type: ignore[arg-type]
