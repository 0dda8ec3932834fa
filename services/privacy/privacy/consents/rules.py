"""Decides which consent is in force, which entries are one decision, and which part of the log an erasure keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from privacy.consents.models import How
from shared.errors import GoneError
from shared.events.customers import Channel, Consent
from shared.events.privacy import Kept

# The caller who enters a consent over HTTP shows how it was given. shared.auth names the actors.
_HOW_BY_ACTOR: Final = {"customer": How.ACCOUNT, "machine": How.STOREFRONT, "staff": How.STAFF}
_PROOF: Final = "proof of consent and of its withdrawal, by customer id alone (GDPR art. 7(1) and 17(3)(e))"


class ErasedError(GoneError):
    """The person was erased. Nothing about them is logged any more."""

    slug = "customer-erased"
    title = "This customer has been erased"


def stand_after(standing: Mapping[Channel, Consent], decided: Consent) -> dict[Channel, Consent]:
    """The consents in force with the decision `decided`. The order in which decisions arrive does not matter."""
    before = standing.get(decided.channel)
    return dict(standing) if before and not _outweighs(decided, before) else {**standing, decided.channel: decided}


def distinct(consents: Iterable[Consent]) -> list[Consent]:
    """One consent for each channel and time. Of two that contradict each other the refusal counts."""
    by_key: dict[tuple[Channel, datetime], Consent] = {}
    for consent in consents:
        key = (consent.channel, consent.decided_at.astimezone(UTC))
        by_key[key] = consent if key not in by_key or not consent.granted else by_key[key]
    return list(by_key.values())


def how_entered(actor: str) -> How:
    """How the person gave a consent that `actor` entered over HTTP."""
    return _HOW_BY_ACTOR[actor.partition(":")[0]]


def is_somebodys(log: Iterable[How]) -> bool:
    """Whether a log is of somebody who was there, whatever is said later: its entries show a registration."""
    return How.REGISTRATION in log


def kept_of_log(entries: int) -> list[Kept]:
    """The answer of an erasure about a log of `entries` entries: the kept ones, and the reason."""
    return [Kept(what="consent log entries", count=entries, why=_PROOF)] if entries else []


def _outweighs(decided: Consent, before: Consent) -> bool:
    """Whether `decided` counts: the later decision does, and of two at one time the refusal."""
    if decided.decided_at == before.decided_at:
        return not decided.granted
    return decided.decided_at > before.decided_at
