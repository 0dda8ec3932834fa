"""Which consents are in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.events.customers import Channel, Consent


def in_force(*decisions: Consent) -> tuple[Consent, ...]:
    """The newest decision of each channel, whatever order they came in; of two at one moment the withdrawal."""
    newest: dict[Channel, Consent] = {}
    for decision in decisions:
        held = newest.get(decision.channel)
        newest[decision.channel] = max(held, decision, key=_rank) if held else decision
    return tuple(newest[channel] for channel in sorted(newest))


def withdrawal(held: Iterable[Consent], channel: Channel, now: datetime) -> Consent | None:
    """The decision that withdraws a channel's consent now, or None when it is withdrawn already.

    It is later than the decision it overrules, even when that was made by a clock ahead of ours.
    """
    overruled = next((consent for consent in held if consent.channel is channel), None)
    if overruled is None:
        return Consent(channel=channel, granted=False, decided_at=now)
    if not overruled.granted:
        return None
    decided_at = max(now, overruled.decided_at + timedelta(microseconds=1))
    return Consent(channel=channel, granted=False, decided_at=decided_at)


def _rank(decision: Consent) -> tuple[datetime, bool]:
    return decision.decided_at, not decision.granted
