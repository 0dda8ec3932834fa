"""The customer's next milestone: the next tier level, or enough points for a redemption."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from loyalty.checkout.rules import value_of
from loyalty.programme.models import Programme
from loyalty.programme.sections import Redeeming
from loyalty.programme.tiers import TierBy, TierLevel
from shared.events.loyalty import TierId


class MilestoneKind(StrEnum):
    """What is reached."""

    TIER = "tier"
    # Enough points for the next step of the ladder, or for the smallest redemption.
    REDEMPTION = "redemption"


@dataclass(frozen=True)
class Milestone:
    """`missing` is in points, minor units of money or orders, as `unit` says; `value` is the redemption's worth."""

    kind: MilestoneKind
    missing: int
    unit: TierBy
    tier: TierId | None = None
    value: int | None = None


@dataclass(frozen=True)
class Progress:
    """A customer's usable points (negative while the account is in debt) and qualifying amount."""

    usable: int
    qualifying: int
    tier: TierId
    next_level: TierLevel | None


def next_milestone(progress: Progress, programme: Programme) -> Milestone | None:
    """The milestone that is nearer in points, or the tier at a tie; None if no milestone is left.

    Money that is missing to a tier counts as the points that it earns there. Orders cannot be converted to points, so a
    tier by orders comes after every other milestone.
    """
    reached = [_tier(progress, programme.tiers.by), _redemption(progress.usable, programme.redeeming)]
    return min(
        (milestone for milestone in reached if milestone),
        key=lambda milestone: _distance(milestone, progress, programme),
        default=None,
    )


def _tier(progress: Progress, by: TierBy) -> Milestone | None:
    level = progress.next_level
    if level is None:
        return None
    return Milestone(MilestoneKind.TIER, max(level.threshold - progress.qualifying, 0), by, tier=level.tier)


def _redemption(usable: int, redeeming: Redeeming) -> Milestone | None:
    steps = [step.points for step in redeeming.ladder or ()] or [redeeming.smallest]
    points = next((points for points in steps if points > usable and points >= redeeming.smallest), None)
    if points is None:
        return None
    return Milestone(MilestoneKind.REDEMPTION, points - usable, TierBy.POINTS, value=value_of(points, redeeming))


def _distance(milestone: Milestone, progress: Progress, programme: Programme) -> tuple[bool, Fraction]:
    if milestone.unit is TierBy.MONEY:
        rate = programme.rate * Fraction(programme.tiers.level_of(progress.tier).multiplier)
        return rate == 0, milestone.missing * rate
    return milestone.unit is TierBy.ORDERS, Fraction(milestone.missing)
