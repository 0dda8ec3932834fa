"""Why points cannot be sent, a code is refused, or a transfer stays as it is."""

from __future__ import annotations

from datetime import date
from typing import Self

from loyalty.transfers.rules import Limit, NotAllowed, NotReversible, TransferState
from shared.errors import ConflictError


class TransfersOffError(ConflictError):
    """The programme allows no transfers."""

    slug = "transfers-off"
    title = "Points cannot be sent in this programme"


class TransferNotAllowedError(ConflictError):
    """The customer cannot send points yet; `why` states the reason, `from` the first day on which they can."""

    slug = "transfer-not-allowed"
    title = "This customer cannot send points yet"

    @classmethod
    def of(cls, why: NotAllowed, since: date | None = None) -> Self:
        return cls(extensions={"why": why, **({"from": since.isoformat()} if since else {})})


class TransferLimitError(ConflictError):
    """Sending so much, or asking so often, is above a limit of the sender: `limit` names it, `left` is what is left."""

    slug = "transfer-limit"
    title = "This is above a limit for sending points"

    @classmethod
    def of(cls, limit: Limit, left: int) -> Self:
        return cls(extensions={"limit": limit, "left": left})


class RecipientUnavailableError(ConflictError):
    """These points cannot go to this recipient.

    It does not say why: nobody is to learn from it which cards there are, or how a customer stands.
    """

    slug = "recipient-unavailable"
    title = "These points cannot be sent to this recipient"


class WrongCodeError(ConflictError):
    """The code is not the one of the mail; `tries_left` states how often another one may be tried."""

    slug = "wrong-code"
    title = "This is not the code of this transfer"

    @classmethod
    def of(cls, tries_left: int) -> Self:
        return cls(extensions={"tries_left": tries_left})


class TransferEndedError(ConflictError):
    """The transfer can no longer be confirmed; `state` states why."""

    slug = "transfer-ended"
    title = "This transfer can no longer be confirmed"

    @classmethod
    def of(cls, state: TransferState) -> Self:
        return cls(extensions={"state": state})


class TransferNotReversibleError(ConflictError):
    """Nothing can be given back; `why` states the reason."""

    slug = "transfer-not-reversible"
    title = "This transfer cannot be reversed"

    @classmethod
    def of(cls, why: NotReversible) -> Self:
        return cls(extensions={"why": why})
