"""What messages are made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """Why a message is sent.

    Marketing needs the person's consent and carries the way out of it. A transactional one is about what is theirs,
    needs no consent, and no opt-out ends it.
    """

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


@dataclass(frozen=True)
class Template:
    """`name` is also the folder of its files: subject, HTML and text, the two of them in the common layout."""

    name: str
    purpose: Purpose


@dataclass(frozen=True)
class Content:
    """What a template came to for one person."""

    subject: str
    html: str
    text: str


WELCOME: Final = Template("welcome", Purpose.MARKETING)
POINTS_ADJUSTED: Final = Template("points_adjusted", Purpose.TRANSACTIONAL)
POINTS_EXPIRING: Final = Template("points_expiring", Purpose.TRANSACTIONAL)
CREDIT_EXPIRING: Final = Template("credit_expiring", Purpose.TRANSACTIONAL)
