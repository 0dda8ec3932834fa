"""What points are worth."""

from __future__ import annotations

from typing import Final

from loyalty.programme.sections import Flat, Redeeming, Step
from shared.errors import InvalidError

_POINTS: Final = "points"


def value_of(points: int, redeeming: Redeeming) -> int:
    """What so many points are worth in all, in the minor unit; nothing where there are none or fewer.

    At a flat rate in proportion, rounded down. By a ladder the dearest step first, as often as it goes, then the next
    below it with what is left: a dearer step never gives less for a point.
    """
    points = max(points, 0)
    if redeeming.flat:
        return points * redeeming.flat.value // redeeming.flat.points
    return _by_ladder(points, redeeming.ladder or ())


def price(points: int, redeeming: Redeeming) -> int:
    """What one redemption of so many points is worth, in the minor unit; always something.

    Raises InvalidError naming `points`: for fewer than the programme lets redeem, for so few that they are worth
    nothing, and with a ladder for any number that is none of its steps.
    """
    if redeeming.flat:
        return _price_flat(points, redeeming.flat, redeeming.smallest)
    steps = {step.points: step.value for step in rungs(redeeming)}
    if points not in steps:
        raise InvalidError.of(_POINTS, f"One of {', '.join(map(str, steps))}")
    return steps[points]


def rungs(redeeming: Redeeming) -> tuple[Step, ...]:
    """The steps of the ladder that one redemption can take, cheapest first."""
    return tuple(step for step in redeeming.ladder or () if step.points >= redeeming.smallest)


def fewest(value: int, flat: Flat) -> int:
    """The fewest points that are worth `value` at a flat rate."""
    return -(-value * flat.points // flat.value)


def _price_flat(points: int, flat: Flat, smallest: int) -> int:
    least = max(smallest, fewest(1, flat))
    if points < least:
        raise InvalidError.of(_POINTS, f"At least {least}")
    return points * flat.value // flat.points


def _by_ladder(points: int, ladder: tuple[Step, ...]) -> int:
    value = 0
    for step in reversed(ladder):
        times, points = divmod(points, step.points)
        value += times * step.value
    return value
