"""The value of points, and the share of an order that points and store credit can pay together. Pure.

All amounts are in the minor unit of the order's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from loyalty.programme.sections import Flat, Redeeming, Step
from shared.errors import InvalidError


@dataclass(frozen=True)
class Option:
    """A number of points, and the amount that they pay."""

    points: int
    value: int


_NONE: Final = Option(0, 0)


@dataclass(frozen=True)
class Funds:
    """A customer's available points, and available credit in the order's currency."""

    points: int
    credit: int


@dataclass(frozen=True)
class Wish:
    """The amounts to use; None lets the quote use as much as it can."""

    points: int | None = None
    credit: int | None = None


@dataclass(frozen=True)
class Quote:
    """The possible redemptions, the amounts used, and the amount that remains to pay.

    Always: points' value + credit + remaining is the total, and none of them is below zero.
    """

    options: tuple[Option, ...]
    points: Option
    credit: int
    remaining: int


def quote(total: int, funds: Funds, wish: Wish, redeeming: Redeeming | None) -> Quote:
    """The payment of an order, within the wish: points first, because credit is money and points are not.

    `redeeming` is None where points have no value in the order's currency. The caller has checked that the customer has
    the wished amounts. Raises InvalidError naming `points` or `credit` for a wish that this order cannot take.
    """
    if (wish.credit or 0) > total:
        raise InvalidError.of("credit", f"The order's total is {total}")
    room = min(_share(total, redeeming), total - (wish.credit or 0))
    options = _options(funds.points, room, redeeming)
    points = _chosen(wish.points, options, room, redeeming)
    credit = min(funds.credit, total - points.value) if wish.credit is None else wish.credit
    return Quote(options, points, credit, total - points.value - credit)


def _share(total: int, redeeming: Redeeming | None) -> int:
    """The largest amount of an order that points can pay, rounded down."""
    return total * redeeming.largest_share // 100 if redeeming else 0


def _options(available: int, room: int, redeeming: Redeeming | None) -> tuple[Option, ...]:
    """The possible redemptions, the dearest last: the largest at a flat rate, or every ladder step that fits."""
    if redeeming is None:
        return ()
    if redeeming.flat:
        return _most(available, room, redeeming.flat, redeeming.smallest)
    return tuple(
        Option(step.points, step.value)
        for step in redeemable_steps(redeeming)
        if step.points <= available and step.value <= room
    )


def _most(available: int, room: int, flat: Flat, smallest: int) -> tuple[Option, ...]:
    """The largest amount that points can pay, with the fewest points for it."""
    # The largest number of points whose value, rounded down, fits into the room.
    fitting = ((room + 1) * flat.points - 1) // flat.value
    most = min(available, fitting)
    value = most * flat.value // flat.points
    points = max(fewest(value, flat), smallest)
    return (Option(points, value),) if value and points <= most else ()


def _chosen(wanted: int | None, options: tuple[Option, ...], room: int, redeeming: Redeeming | None) -> Option:
    if wanted is None:
        return options[-1] if options else _NONE
    if wanted == 0:
        return _NONE
    if redeeming is None:
        raise InvalidError.of("points", "Points pay nothing in this currency")
    value = price(wanted, redeeming)
    if value > room:
        raise InvalidError.of("points", f"They are worth {value}, and points can pay {room} of this order")
    return Option(wanted, value)


_POINTS: Final = "points"


def value_of(points: int, redeeming: Redeeming) -> int:
    """The total value of the points, in the minor unit; 0 for no points or a negative number.

    A flat rate is proportional and rounds down. A ladder takes the dearest step as often as possible, then the next one
    below it for the rest. A dearer step never gives less for a point.
    """
    points = max(points, 0)
    if redeeming.flat:
        return points * redeeming.flat.value // redeeming.flat.points
    return _by_ladder(points, redeeming.ladder or ())


def price(points: int, redeeming: Redeeming) -> int:
    """The value of one redemption of these points, in the minor unit; never 0.

    Raises InvalidError naming `points` for fewer points than the programme's minimum, or for points without value. With
    a ladder, it also raises it for any number that is not one of the steps.
    """
    if redeeming.flat:
        return _price_flat(points, redeeming.flat, redeeming.smallest)
    steps = {step.points: step.value for step in redeemable_steps(redeeming)}
    if points not in steps:
        raise InvalidError.of(_POINTS, f"One of {', '.join(map(str, steps))}")
    return steps[points]


def redeemable_steps(redeeming: Redeeming) -> tuple[Step, ...]:
    """The steps of the ladder that one redemption can take, cheapest first."""
    return tuple(step for step in redeeming.ladder or () if step.points >= redeeming.smallest)


def fewest(value: int, flat: Flat) -> int:
    """The smallest number of points that is worth `value` at a flat rate."""
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
