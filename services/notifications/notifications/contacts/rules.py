"""Decides which consents are in force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.events.customers import Channel, Consent


def in_force(*decisions: Consent) -> tuple[Consent, ...]:
    """The newest decision of each channel, in any order of arrival. Of two at one time the withdrawal counts."""
    newest: dict[Channel, Consent] = {}
    for decision in decisions:
        held = newest.get(decision.channel)
        newest[decision.channel] = max(held, decision, key=_rank) if held else decision
    return tuple(newest[channel] for channel in sorted(newest))


def withdrawal(held: Iterable[Consent], channel: Channel, now: datetime) -> Consent | None:
    """The decision that withdraws a channel's consent now, or None if it is withdrawn already.

    Its time is later than that of the earlier decision, even if that came from a clock ahead of ours.
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
