"""What a card names as next, and what points are worth."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.checkout.rules import value_of
from loyalty.members.milestones import Milestone, MilestoneKind, Progress, next_milestone
from loyalty.programme.models import Programme
from loyalty.programme.presets import CLASSIC, LADDER
from loyalty.programme.sections import Earning, Flat, Redeeming
from loyalty.programme.tiers import BRONZE, GOLD, SILVER, TierBy, TierLevel, Tiers
from shared.events.loyalty import TierId


def progress(usable: int, qualifying: int, tier: TierId, programme: Programme) -> Progress:
    """Somebody in a tier, with the level above it as next."""
    rungs = programme.tiers.rungs
    above = rungs[rungs.index(programme.tiers.level_of(tier)) + 1 :]
    return Progress(usable, qualifying, tier, above[0] if above else None)


def milestone_in(programme: Programme, usable: int, qualifying: int, tier: TierId = BRONZE) -> Milestone | None:
    return next_milestone(progress(usable, qualifying, tier, programme), programme)


def to_tier(tier: TierId, missing: int, unit: TierBy = TierBy.POINTS) -> Milestone:
    return Milestone(MilestoneKind.TIER, missing, unit, tier=tier)


def to_redemption(missing: int, value: int) -> Milestone:
    return Milestone(MilestoneKind.REDEMPTION, missing, TierBy.POINTS, value=value)


@pytest.mark.parametrize(
    ("usable", "qualifying", "tier", "milestone"),
    [
        (0, 0, BRONZE, to_redemption(100, 10_00)),
        (99, 480, BRONZE, to_redemption(1, 10_00)),
        (60, 480, BRONZE, to_tier(SILVER, 20)),
        (100, 499, BRONZE, to_tier(SILVER, 1)),
        (600, 500, SILVER, to_redemption(400, 120_00)),
        (1_000, 700, SILVER, to_tier(GOLD, 1_300)),
        (950, 2_500, GOLD, to_redemption(50, 120_00)),
        (1_000, 2_500, GOLD, None),
        # The threshold came down: the tier comes with whatever counts next.
        (1_000, 500, BRONZE, to_tier(SILVER, 0)),
        (1_000, 600, BRONZE, to_tier(SILVER, 0)),
        # Owed points are filled before any can be used.
        (-50, 100, BRONZE, to_redemption(150, 10_00)),
        # A tie goes to the tier.
        (90, 490, BRONZE, to_tier(SILVER, 10)),
    ],
)
def test_by_a_ladder_the_nearer_of_step_and_tier_is_next(
    usable: int, qualifying: int, tier: TierId, milestone: Milestone | None
) -> None:
    assert milestone_in(LADDER, usable, qualifying, tier) == milestone


def test_at_a_flat_rate_the_tier_is_next_once_there_is_enough_to_redeem() -> None:
    assert milestone_in(CLASSIC, 40, 693) == to_tier(SILVER, 307)
    smallest = CLASSIC.model_copy(update={"redeeming": Redeeming(smallest=250)})
    assert milestone_in(smallest, 40, 693) == to_redemption(210, 2_50)
    assert milestone_in(smallest, 250, 6_000, GOLD) is None


def test_steps_below_the_smallest_redemption_are_not_named() -> None:
    redeeming = LADDER.redeeming.model_copy(update={"smallest": 500})
    assert milestone_in(LADDER.model_copy(update={"redeeming": redeeming}), 10, 0) == to_redemption(490, 50_00)


def by(measure: TierBy, threshold: int) -> Programme:
    rungs = (TierLevel(tier=BRONZE, threshold=0), TierLevel(tier=SILVER, threshold=threshold))
    return LADDER.model_copy(update={"tiers": Tiers(by=measure, rungs=rungs)})


def test_money_missing_to_a_tier_counts_as_the_points_it_earns() -> None:
    programme = by(TierBy.MONEY, 500_00)
    assert milestone_in(programme, 0, 420_00) == to_tier(SILVER, 80_00, TierBy.MONEY)
    assert milestone_in(programme, 30, 420_00) == to_redemption(70, 10_00)


def test_points_are_multiplied_by_the_tier_that_the_customer_has() -> None:
    rungs = (
        TierLevel(tier=BRONZE, threshold=0, multiplier=Decimal(2)),
        TierLevel(tier=SILVER, threshold=500_00, multiplier=Decimal("0.5")),
    )
    programme = LADDER.model_copy(update={"tiers": Tiers(by=TierBy.MONEY, rungs=rungs)})
    assert milestone_in(programme, 0, 449_00) == to_redemption(100, 10_00)
    assert milestone_in(programme, 0, 450_00) == to_tier(SILVER, 50_00, TierBy.MONEY)


def test_where_money_earns_no_points_a_redemption_is_named_first() -> None:
    programme = by(TierBy.MONEY, 500_00).model_copy(update={"earning": Earning(points_per_unit=0)})
    assert milestone_in(programme, 0, 499_99) == to_redemption(100, 10_00)
    assert milestone_in(programme, 1_000, 499_99) == to_tier(SILVER, 1, TierBy.MONEY)


def test_a_tier_by_orders_comes_after_what_can_be_told_in_points() -> None:
    programme = by(TierBy.ORDERS, 5)
    assert milestone_in(programme, 0, 4) == to_redemption(100, 10_00)
    assert milestone_in(programme, 1_000, 4) == to_tier(SILVER, 1, TierBy.ORDERS)


@pytest.mark.parametrize(
    ("points", "value"),
    [(-5, 0), (0, 0), (99, 0), (100, 10_00), (599, 50_00), (600, 60_00), (1_650, 180_00), (2_000, 240_00)],
)
def test_a_ladder_is_gone_down_from_its_dearest_step(points: int, value: int) -> None:
    assert value_of(points, LADDER.redeeming) == value


def test_a_flat_rate_gives_in_proportion_and_rounds_down() -> None:
    assert [value_of(points, CLASSIC.redeeming) for points in (-1, 0, 1, 150)] == [0, 0, 1, 150]
    assert value_of(29, Redeeming(flat=Flat(points=30, value=10))) == 9


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_points_are_never_worth_less(some: int, more: int) -> None:
    for programme in (CLASSIC, LADDER):
        assert value_of(some + more, programme.redeeming) >= value_of(some, programme.redeeming)


def test_a_ladder_gives_no_more_than_its_best_rate() -> None:
    best = max(Decimal(step.value) / step.points for step in LADDER.redeeming.ladder or ())
    assert all(value_of(points, LADDER.redeeming) <= points * best for points in range(0, 5_000, 7))
