"""The templates of messages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """Why a message is sent.

    A marketing message needs the person's consent and carries an unsubscribe link. A transactional message is about the
    person's own account. It needs no consent, and no opt-out ends it.
    """

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


@dataclass(frozen=True)
class Template:
    """`name` is also the folder of the template's files: subject, HTML and text. The last two use the common layout.

    One that `is_secret` goes to a verified address alone.
    """

    name: str
    purpose: Purpose
    is_secret: bool = False


@dataclass(frozen=True)
class Content:
    """A template rendered for one person."""

    subject: str
    html: str
    text: str


WELCOME: Final = Template("welcome", Purpose.MARKETING)
POINTS_ADJUSTED: Final = Template("points_adjusted", Purpose.TRANSACTIONAL)
POINTS_EXPIRING: Final = Template("points_expiring", Purpose.TRANSACTIONAL)
CREDIT_ISSUED: Final = Template("credit_issued", Purpose.TRANSACTIONAL)
TIER_REACHED: Final = Template("tier_reached", Purpose.TRANSACTIONAL)
TRANSFER_CODE: Final = Template("transfer_code", Purpose.TRANSACTIONAL, is_secret=True)
POINTS_TRANSFERRED: Final = Template("points_transferred", Purpose.TRANSACTIONAL)
CREDIT_EXPIRING: Final = Template("credit_expiring", Purpose.TRANSACTIONAL)
