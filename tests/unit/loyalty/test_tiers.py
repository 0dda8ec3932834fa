"""The ladder."""

from __future__ import annotations

from decimal import Decimal

import pytest

from loyalty.tiers.rules import multiplier_of, next_rung, tier_of
from shared.events import Tier


@pytest.mark.parametrize(
    ("earned", "tier"),
    [
        (-5, Tier.BRONZE),
        (0, Tier.BRONZE),
        (999, Tier.BRONZE),
        (1_000, Tier.SILVER),
        (4_999, Tier.SILVER),
        (5_000, Tier.GOLD),
        (10**9, Tier.GOLD),
    ],
)
def test_a_tier_is_reached_at_its_very_threshold(earned: int, tier: Tier) -> None:
    assert tier_of(earned) is tier


def test_points_are_multiplied_by_tier() -> None:
    assert [multiplier_of(tier) for tier in Tier] == [Decimal(1), Decimal("1.2"), Decimal("1.5")]


def test_the_next_tier_is_the_next_one_up_and_none_from_the_top() -> None:
    rung = next_rung(1_000)
    assert rung is not None
    assert (rung.tier, rung.points) == (Tier.GOLD, 5_000)
    assert next_rung(5_000) is None
