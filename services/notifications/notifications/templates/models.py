"""What messages are made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """Why a message is sent: marketing needs the person's consent, a transactional one follows from their own act."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


@dataclass(frozen=True)
class Template:
    """`name` is also the folder of its files: subject, HTML and text."""

    name: str
    purpose: Purpose


@dataclass(frozen=True)
class Content:
    """What a template came to for one person."""

    subject: str
    html: str
    text: str


WELCOME: Final = Template("welcome", Purpose.MARKETING)
