"""The part of the programme that says which tiers there are, what reaches them, and what they give."""

# Annotations are read at once, not kept as text: pydantic would compile each of them again at every cold start.
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator

from loyalty.programme.sections import Days, FactorOrNothing, Section
from shared.events.loyalty import Tier
from shared.model import PRINTABLE
from shared.money import LARGEST_AMOUNT


class TierBy(StrEnum):
    """What reaches a tier: points earned, money spent or orders; never the balance."""

    POINTS = "points"
    MONEY = "money"
    ORDERS = "orders"


class TierWindow(StrEnum):
    """The time over which it is counted."""

    LIFETIME = "lifetime"
    CALENDAR_YEAR = "calendar_year"
    ROLLING_12_MONTHS = "rolling_12_months"


class TierLevel(Section):
    """One tier: what reaches it, and what it gives."""

    tier: Tier
    threshold: Annotated[int, Field(ge=0, le=LARGEST_AMOUNT, description="Points, minor units of money, or orders")]
    multiplier: FactorOrNothing = Decimal(1)
    benefits: Annotated[
        tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), PRINTABLE], ...],
        Field(max_length=20, description="In words, as the customer reads them"),
    ] = ()


def _default_levels() -> tuple[TierLevel, ...]:
    """0 / 1,000 / 5,000 points with 10, 12 and 15 points a unit of money: the defaults that the services share."""
    return (
        TierLevel(tier=Tier.BRONZE, threshold=0),
        TierLevel(tier=Tier.SILVER, threshold=1_000, multiplier=Decimal("1.2")),
        TierLevel(tier=Tier.GOLD, threshold=5_000, multiplier=Decimal("1.5")),
    )


_ORDER = tuple(Tier)


class Tiers(Section):
    """The tiers: up at once, down only after a grace."""

    by: TierBy = TierBy.POINTS
    window: TierWindow = TierWindow.LIFETIME
    grace_days: Annotated[Days, Field(description="How long a tier is kept after it is no longer reached")] = 30
    rungs: Annotated[
        tuple[TierLevel, ...], Field(min_length=1, max_length=len(_ORDER), description="Lowest first; the first at 0")
    ] = Field(default_factory=_default_levels)
    announce: Annotated[bool, Field(description="Whether customers are told by mail of a tier that they reach")] = True

    def rank(self, tier: Tier) -> int:
        """The place of a tier from the lowest up, from 0; of a tier without a level, that of the next lower one."""
        return self.rungs.index(self.level_of(tier))

    def level_of(self, tier: Tier) -> TierLevel:
        """The level of a tier; for a tier that the programme does not have, the next lower level."""
        below = [level for level in self.rungs if _ORDER.index(level.tier) <= _ORDER.index(tier)]
        return below[-1] if below else self.rungs[0]

    @field_validator("rungs")
    @classmethod
    def _ascend(cls, rungs: tuple[TierLevel, ...]) -> tuple[TierLevel, ...]:
        if rungs[0].threshold != 0:
            raise ValueError("The threshold of the first must be 0")
        for place, (lower, upper) in enumerate(pairwise(rungs), 2):
            if upper.threshold <= lower.threshold:
                raise ValueError(f"The threshold of rung {place} must be above the one before it")
            if _ORDER.index(upper.tier) <= _ORDER.index(lower.tier):
                raise ValueError(f"The tier of rung {place} must be above the one before it")
        return rungs
