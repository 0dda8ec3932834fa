"""The two presets for a small shop; the stack's preset is in force until a version is stored.

Importing this module builds the programme's validators, so other modules import it only where they need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from loyalty.programme.models import Programme
from loyalty.programme.sections import Bonuses, Earning, Flat, Redeeming, Step
from loyalty.programme.tiers import Tiers, three_levels
from loyalty.settings import Preset
from shared.money import exponent

# 10 points a dollar, 100 points for $1, tiers at 0 / 1,000 / 5,000 points with 10, 12 and 15 points a dollar.
CLASSIC: Final = Programme()

# 1 point a dollar, steps of $10, $50 and $120, tiers at 0 / 500 / 2,000 points with 1, 1.5 and 2 points a dollar.
LADDER: Final = Programme(
    earning=Earning(
        points_per_unit=1,
        bonuses=Bonuses(sign_up=100, referrer=50, referee=50, birthday=Decimal(2)),
    ),
    redeeming=Redeeming.by_ladder((100, 10_00), (500, 50_00), (1_000, 120_00)),
    tiers=Tiers(rungs=three_levels(silver=500, gold=2_000, multipliers=("1.5", "2"))),
)

PRESETS: Final[Mapping[Preset, Programme]] = {Preset.CLASSIC: CLASSIC, Preset.LADDER: LADDER}

# The presets count in dollars, whose minor unit has two digits.
_DIGITS: Final = 2


def preset(name: Preset, currency: str, time_zone: str) -> Programme:
    """A preset in the shop's currency: units of money in place of dollars, whatever the digits of its minor unit."""
    found = PRESETS[name]
    redeeming = _in(currency, found.redeeming)
    return found.model_copy(update={"currency": currency, "time_zone": time_zone, "redeeming": redeeming})


def _in(currency: str, redeeming: Redeeming) -> Redeeming:
    flat, ladder = redeeming.flat, redeeming.ladder
    changed = {
        "flat": flat and Flat(points=flat.points, value=_scaled(flat.value, currency)),
        "ladder": ladder and tuple(Step(points=step.points, value=_scaled(step.value, currency)) for step in ladder),
    }
    return redeeming.model_copy(update=changed)


def _scaled(value: int, currency: str) -> int:
    return int(Decimal(value).scaleb(exponent(currency) - _DIGITS))
