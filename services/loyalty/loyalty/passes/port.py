"""The port of wallets: what every pass shows, who makes one, and what may stop it.

A shop adds a wallet by another PassMaker, a route and its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from loyalty.members.pictures import PictureForm
from loyalty.passes.words import Words
from shared.errors import ConflictError, ProblemError

Made_co = TypeVar("Made_co", covariant=True)


@dataclass(frozen=True)
class NextReward:
    """The reward that the customer can have next, and the points that are missing to it."""

    name: str
    missing: int


@dataclass(frozen=True)
class PassCard:
    """What a pass shows of an active card. Days are the shop's; `ends_at` is the first moment after its last day."""

    customer_id: str
    number: str
    form: PictureForm
    balance: int
    tier: str
    member_since: date
    next_reward: NextReward | None
    ends_at: datetime | None
    made_at: datetime
    made_on: date


@dataclass(frozen=True)
class Look:
    """How the shop's passes look. Colours are as in `#1F2937`."""

    shop: str
    background: str
    foreground: str
    words: Words


class PassMaker(Protocol[Made_co]):
    """Makes passes of one wallet."""

    @property
    def wallet(self) -> str:
        """The wallet's name in logs."""
        ...

    def make(self, card: PassCard, look: Look) -> Made_co:
        """A signed pass. Raises PassesNotOfferedError without a key of the shop, KeyFaultError for a wrong one."""
        ...


class KeyFault(StrEnum):
    """Why a key cannot sign. Logs carry it, and nothing of the key."""

    NOT_READABLE = "not_readable"
    # Whoever reads the secret has the key; a password beside it would add nothing.
    ENCRYPTED = "encrypted"
    NOT_ONE_PRIVATE_KEY = "not_one_private_key"
    # RSA is what both wallets take.
    NOT_RSA = "not_rsa"
    NO_CERTIFICATE_OF_THE_KEY = "no_certificate_of_the_key"
    NOT_A_PASS_CERTIFICATE = "not_a_pass_certificate"  # noqa: S105  # no password
    NO_INTERMEDIATE_CERTIFICATE = "no_intermediate_certificate"
    CERTIFICATE_NOT_VALID_NOW = "certificate_not_valid_now"
    # Of a key far longer than Google makes them, the signature alone is too long for a link.
    TOO_LONG = "too_long"
    NOT_A_SERVICE_ACCOUNT = "not_a_service_account"


class KeyFaultError(Exception):
    """The shop's key for a wallet cannot sign."""

    def __init__(self, fault: KeyFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class PassesNotOfferedError(ConflictError):
    """The shop has not set this wallet up."""

    slug = "passes-not-offered"
    title = "The shop has no passes for this wallet"


class PassNotSignedError(ProblemError):
    """The shop's key for this wallet is wrong, or its certificate is over. An alarm tells the shop."""

    status = 503
    slug = "pass-not-signed"
    title = "The pass cannot be signed; the shop has to look at its key"
