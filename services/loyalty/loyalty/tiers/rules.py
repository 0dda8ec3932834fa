"""Tiers: the ladder, and where an account stands on it. By points earned less reversed, never by balance."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shared.events import Tier


@dataclass(frozen=True)
class Rung:
    """A tier, the points earned that reach it, and what it multiplies points by."""

    tier: Tier
    points: int
    multiplier: Decimal


# 0 / 1,000 / 5,000 points, 10 / 12 / 15 points a unit of money: the defaults that the services share.
LADDER: Final = (
    Rung(Tier.BRONZE, 0, Decimal(1)),
    Rung(Tier.SILVER, 1_000, Decimal("1.2")),
    Rung(Tier.GOLD, 5_000, Decimal("1.5")),
)


def tier_of(earned: int) -> Tier:
    """The tier of an account that has earned so many points, less those reversed."""
    return [rung for rung in LADDER if rung.points <= max(earned, 0)][-1].tier


def multiplier_of(tier: Tier) -> Decimal:
    """What points are multiplied by in a tier."""
    return next(rung.multiplier for rung in LADDER if rung.tier is tier)


def next_rung(earned: int) -> Rung | None:
    """The next tier up, or None from the highest."""
    return next((rung for rung in LADDER if rung.points > max(earned, 0)), None)
