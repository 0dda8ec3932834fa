"""The mails that have left the house, as SES has them."""

from __future__ import annotations

from dataclasses import dataclass

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends


@dataclass(frozen=True)
class Mail:
    """One mail; moto keeps its HTML alone."""

    recipient: str
    subject: str
    html: str


def mails_to(address: str) -> list[Mail]:
    """All to one address, oldest first."""
    backend = sesv2_backends[DEFAULT_ACCOUNT_ID][boto3.Session().region_name or "us-east-1"]
    sent = [
        Mail(recipient, message.subject, message.body)
        for message in backend.core_backend.sent_messages
        for recipient in message.destinations["ToAddresses"]
    ]
    return [mail for mail in sent if mail.recipient == address]
