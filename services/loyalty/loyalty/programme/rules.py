"""When a version of the programme takes effect, which is in force, and which reasons it knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from loyalty.programme.models import Adjustments, Programme
from shared.errors import InvalidError

# A caller's clock and ours may differ so much, and a request takes its time.
GRACE: Final = timedelta(minutes=1)
# A year mistyped is not a plan.
FURTHEST: Final = timedelta(days=366)


@dataclass(frozen=True)
class InForce:
    """A programme, and the number of its version; 0 is the preset that the stack names."""

    version: int
    programme: Programme


@dataclass(frozen=True)
class Version:
    """A stored version, and when it takes effect."""

    number: int
    programme: Programme
    effective_from: datetime


def in_force_at(now: datetime, versions: Sequence[Version], preset: Programme) -> InForce:
    """The highest version whose time has come, of `versions` by falling number; the preset before all of them.

    So a newer version that takes effect earlier than one to come takes that one's place for good.
    """
    for version in versions:
        if version.effective_from <= now:
            return InForce(version.number, version.programme)
    return InForce(0, preset)


def start_of(wanted: datetime | None, now: datetime) -> datetime:
    """When a new version takes effect: when it is wanted, or now.

    Raises InvalidError naming `effective_from` for a time that is past or too far off.
    """
    if wanted is None:
        return now
    if wanted < now - GRACE:
        raise InvalidError.of("effective_from", "Must not be in the past")
    if wanted > now + FURTHEST:
        raise InvalidError.of("effective_from", f"Must be within {FURTHEST.days} days")
    return wanted


def check_currency(programme: Programme, currency: str) -> None:
    """Raises InvalidError naming `programme.currency` unless it is the shop's: amounts would change their meaning."""
    if programme.currency != currency:
        raise InvalidError.of("programme.currency", "Must be the shop's currency, which is set when it is deployed")


def check_code(code: str, limits: Adjustments) -> None:
    """Raises InvalidError naming `code` for a reason that the programme does not know."""
    if code not in limits.reasons:
        raise InvalidError.of("code", f"One of {', '.join(limits.reasons)}")
