"""What points and store credit can pay of an order together. Pure; all amounts in the order's minor unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from loyalty.programme.sections import Flat, Redeeming
from loyalty.redeeming.rules import fewest, price, rungs
from shared.errors import InvalidError


@dataclass(frozen=True)
class Option:
    """So many points, and what they pay."""

    points: int
    value: int


_NONE: Final = Option(0, 0)


@dataclass(frozen=True)
class Funds:
    """What a customer can use: points, and credit in the order's currency."""

    points: int
    credit: int


@dataclass(frozen=True)
class Wish:
    """What is to be used; None leaves it to the quote, which then uses as much as it can."""

    points: int | None = None
    credit: int | None = None


@dataclass(frozen=True)
class Quote:
    """What points could be used instead, what is used, and what remains to pay.

    Always: points' value + credit + remaining is the total, and none of them is below zero.
    """

    options: tuple[Option, ...]
    points: Option
    credit: int
    remaining: int


def quote(total: int, funds: Funds, wish: Wish, redeeming: Redeeming | None) -> Quote:
    """What pays an order: points first, for credit is money and points are not; both as far as is wished.

    `redeeming` is None where points are worth nothing in the order's currency. The caller has checked that the customer
    has what is wished. Raises InvalidError naming `points` or `credit` for a wish that this order cannot take.
    """
    if (wish.credit or 0) > total:
        raise InvalidError.of("credit", f"The order's total is {total}")
    room = min(_share(total, redeeming), total - (wish.credit or 0))
    options = _options(funds.points, room, redeeming)
    points = _chosen(wish.points, options, room, redeeming)
    credit = min(funds.credit, total - points.value) if wish.credit is None else wish.credit
    return Quote(options, points, credit, total - points.value - credit)


def _share(total: int, redeeming: Redeeming | None) -> int:
    """The most that points can pay of an order, rounded down."""
    return total * redeeming.largest_share // 100 if redeeming else 0


def _options(available: int, room: int, redeeming: Redeeming | None) -> tuple[Option, ...]:
    """What can be redeemed, the dearest last: at a flat rate the most, by a ladder each step that fits."""
    if redeeming is None:
        return ()
    if redeeming.flat:
        return _most(available, room, redeeming.flat, redeeming.smallest)
    return tuple(
        Option(step.points, step.value) for step in rungs(redeeming) if step.points <= available and step.value <= room
    )


def _most(available: int, room: int, flat: Flat, smallest: int) -> tuple[Option, ...]:
    """The most that points can pay, with the fewest points that do."""
    # The most points whose value, rounded down, is within the room.
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
