"""What a customer reaches next: the tier above, or points enough for something at the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from loyalty.checkout.rules import value_of
from loyalty.programme.models import Programme
from loyalty.programme.sections import Redeeming
from loyalty.programme.tiers import TierBy, TierLevel
from shared.events.loyalty import Tier
from shared.money import in_major_units


class MilestoneKind(StrEnum):
    """What is reached."""

    TIER = "tier"
    # Points enough for the next step of the ladder, or for the smallest redemption.
    REDEMPTION = "redemption"


@dataclass(frozen=True)
class Milestone:
    """`missing` is in points, in minor units of money or in orders, as `unit` says; `value` is what points then buy."""

    kind: MilestoneKind
    missing: int
    unit: TierBy
    tier: Tier | None = None
    value: int | None = None


@dataclass(frozen=True)
class Progress:
    """How far somebody is: `usable` points (negative while more is owed than there is), and what counts for tiers."""

    usable: int
    qualifying: int
    tier: Tier
    next_level: TierLevel | None


def next_milestone(progress: Progress, programme: Programme) -> Milestone | None:
    """What is nearer in points, the tier at a tie; None where there is nothing above.

    Money that is missing to a tier counts as the points that it earns there. Orders cannot be told in points, so a
    tier by orders comes after what can.
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


def _distance(milestone: Milestone, progress: Progress, programme: Programme) -> tuple[bool, Decimal]:
    if milestone.unit is TierBy.MONEY:
        rate = programme.earning.points_per_unit * programme.tiers.level_of(progress.tier).multiplier
        return rate == 0, in_major_units(milestone.missing, programme.currency) * rate
    return milestone.unit is TierBy.ORDERS, Decimal(milestone.missing)
