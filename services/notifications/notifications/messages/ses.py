"""Hands one mail to SES v2.

SES has no idempotency: a mail that it accepted and gets again arrives twice. So the client never retries by itself
(shared.runtime.aws). Every failure is one of three: refused for good, certainly not taken, or unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's name for a failed connection
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
)

from notifications.templates.models import Content
from shared.runtime.aws import client

if TYPE_CHECKING:
    from mypy_boto3_sesv2.type_defs import ContentTypeDef, MessageHeaderTypeDef, MessageTypeDef

# SES's errors that are the message's own fault: another try would get the same answer. All other errors (throttling, a
# quota, a paused account, missing rights, an outage of SES) pass or are corrected, and the message is still wanted.
_FOR_GOOD: Final = frozenset({"MessageRejected", "BadRequestException"})
# Errors that happen before SES is reached.
_NOT_REACHED: Final = (ConnectionError, CredentialRetrievalError, NoCredentialsError, ParamValidationError)


class MailRefusedError(Exception):
    """SES will never take this mail. `code` is SES's error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MailNotTakenError(Exception):
    """SES has not taken the mail, but may take it later. `code` names the obstacle."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OutcomeUnknownError(Exception):
    """The answer of SES is missing, so it may have taken the mail or not."""


@dataclass(frozen=True)
class Mail:
    """One mail to one person. `unsubscribe_url` is the one-click link (RFC 8058). Only marketing mail has one."""

    sender: str
    recipient: str
    content: Content
    unsubscribe_url: str | None


def send_mail(mail: Mail) -> str:
    """Send the mail. Returns SES's id of it. Raises MailRefusedError, MailNotTakenError or OutcomeUnknownError."""
    try:
        answer = client("sesv2").send_email(
            FromEmailAddress=mail.sender,
            Destination={"ToAddresses": [mail.recipient]},
            Content={"Simple": _simple(mail)},
        )
    # The text of an error may name the address. So the errors raised here give only its kind, and hide the original.
    except ClientError as error:
        raise _meaning(error) from None
    except _NOT_REACHED as error:
        raise MailNotTakenError(type(error).__name__) from None
    except Exception as error:  # noqa: BLE001  # a timeout, a broken answer: SES may have taken the mail
        raise OutcomeUnknownError(type(error).__name__) from None
    return answer["MessageId"]


def _meaning(error: ClientError) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    return MailRefusedError(code) if code in _FOR_GOOD else MailNotTakenError(code)


def _simple(mail: Mail) -> MessageTypeDef:
    return {
        "Subject": _text(mail.content.subject),
        "Body": {"Text": _text(mail.content.text), "Html": _text(mail.content.html)},
        "Headers": _way_out(mail.unsubscribe_url) if mail.unsubscribe_url else [],
    }


def _way_out(unsubscribe_url: str) -> list[MessageHeaderTypeDef]:
    return [
        {"Name": "List-Unsubscribe", "Value": f"<{unsubscribe_url}>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]


def _text(data: str) -> ContentTypeDef:
    return {"Data": data, "Charset": "UTF-8"}
