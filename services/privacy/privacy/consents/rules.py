"""Which consent stands, what counts as one decision, and what an erasure leaves of the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from privacy.consents.models import How
from shared.errors import GoneError
from shared.events.customers import Channel, Consent
from shared.events.privacy import Kept

# Who enters a consent over HTTP says how it was given; actors are named in shared.auth.
_HOW_BY_ACTOR: Final = {"customer": How.ACCOUNT, "machine": How.STOREFRONT, "staff": How.STAFF}
_PROOF: Final = "proof of consent and of its withdrawal, by customer id alone (GDPR art. 7(1) and 17(3)(e))"


class ErasedError(GoneError):
    """The person was erased: nothing is logged of them any more."""

    slug = "customer-erased"
    title = "This customer has been erased"


def stand_after(standing: Mapping[Channel, Consent], decided: Consent) -> dict[Channel, Consent]:
    """What stands once `decided` is known too, in whatever order decisions come to be known."""
    before = standing.get(decided.channel)
    return dict(standing) if before and not _outweighs(decided, before) else {**standing, decided.channel: decided}


def distinct(consents: Iterable[Consent]) -> list[Consent]:
    """One of each channel and moment; of two that contradict each other the refusal."""
    by_key: dict[tuple[Channel, datetime], Consent] = {}
    for consent in consents:
        key = (consent.channel, consent.decided_at.astimezone(UTC))
        by_key[key] = consent if key not in by_key or not consent.granted else by_key[key]
    return list(by_key.values())


def how_entered(actor: str) -> How:
    """How a consent was given that `actor` entered over HTTP."""
    return _HOW_BY_ACTOR[actor.partition(":")[0]]


def kept_of_log(entries: int) -> list[Kept]:
    """What an erasure keeps of a log of so many entries, and why."""
    return [Kept(what="consent log entries", count=entries, why=_PROOF)] if entries else []


def _outweighs(decided: Consent, before: Consent) -> bool:
    """The later counts; of two at the same moment, the refusal."""
    if decided.decided_at == before.decided_at:
        return not decided.granted
    return decided.decided_at > before.decided_at
