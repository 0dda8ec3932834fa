"""The version of the programme in force, the start of a new version, and the reasons that staff may give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from loyalty.programme.models import Adjustments, Programme
from shared.errors import InvalidError

# A caller's clock and ours may differ by this much, and a request takes time.
GRACE: Final = timedelta(minutes=1)
# A start further ahead is taken for a mistyped year.
FURTHEST: Final = timedelta(days=366)


@dataclass(frozen=True)
class InForce:
    """A programme and the number of its version; 0 is the stack's preset."""

    version: int
    programme: Programme


@dataclass(frozen=True)
class Version:
    """A stored version, and the moment at which it takes effect."""

    number: int
    programme: Programme
    effective_from: datetime


def in_force_at(now: datetime, versions: Iterable[Version], preset: Programme) -> InForce:
    """The highest version that has taken effect, of `versions` by falling number; before all of them the preset.

    So a newer version that takes effect before an older one replaces the older one for good.
    """
    for version in versions:
        if version.effective_from <= now:
            return InForce(version.number, version.programme)
    return InForce(0, preset)


def start_of(wanted: datetime | None, now: datetime) -> datetime:
    """The moment at which a new version takes effect: `wanted`, or now.

    Raises InvalidError naming `effective_from` for a moment that is past or too far ahead.
    """
    if wanted is None:
        return now
    if wanted < now - GRACE:
        raise InvalidError.of("effective_from", "Must not be in the past")
    if wanted > now + FURTHEST:
        raise InvalidError.of("effective_from", f"Must be within {FURTHEST.days} days")
    return wanted


def after(before: Programme, programme: Programme) -> Programme:
    """A programme once it takes the place of the one before it: it knows what became of dropped tiers."""
    return programme.model_copy(update={"tiers": programme.tiers.after(before.tiers)})


def check_currency(programme: Programme, currency: str) -> None:
    """Raises InvalidError naming `programme.currency` unless it is the shop's: amounts would change their meaning."""
    if programme.currency != currency:
        raise InvalidError.of("programme.currency", "Must be the shop's currency, which is set when it is deployed")


def check_code(code: str, limits: Adjustments) -> None:
    """Raises InvalidError naming `code` for a reason that the programme does not know."""
    if code not in limits.reasons:
        raise InvalidError.of("code", f"One of {', '.join(limits.reasons)}")
