"""The points that an order earns, and the rules that give them."""

from __future__ import annotations

import calendar
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from loyalty.days import months_after
from loyalty.earning.models import Earned, Line, Member, OrderFacts, Part
from loyalty.programme.models import Programme
from loyalty.programme.sections import (
    BirthdayWindow,
    Bonuses,
    Combine,
    Counted,
    Discounts,
    Earning,
    Limits,
    Multiplier,
    Rounding,
)
from loyalty.programme.tiers import Tiers

# A million million: JSON still holds the sum of a thousand such orders exactly (2^53), whatever multipliers a shop
# sets.
MOST_POINTS_OF_AN_ORDER: Final = 10**12

# Orders may arrive late, by years at most.
_OCCASIONS_KEPT: Final = 5

BASE: Final = "base"
TIER: Final = "tier"
BIRTHDAY: Final = "birthday"
LIMIT: Final = "limit"


def price(order: OrderFacts, who: Member, programme: Programme, limits_left: int | None = None) -> Earned:
    """The points that the order earns, and the rules that give them; at most `limits_left`, if not None.

    A customer whose status the programme excludes has a limit of 0.

    Money under a factor of 0 does not count. Of the rest only whole steps count, where the programme has steps. The sum
    is exact and rounded once, for the whole order. Then the parts become whole points by largest remainder, so that
    they add up to it. An order in another currency than the shop's earns nothing.
    """
    base = base_of(order, programme.earning)
    if order.currency != programme.currency:
        return Earned(0, (), base)
    shares = _shares(base, order.lines, _boosts(order, who, programme))
    counted = sum((share for share, applying in shares if not _is_left_out(applying)), Fraction(0))
    exact = _exact_parts(base, shares, _in_steps(counted, programme.earning.step), who, programme)
    points = _rounded(sum(exact.values()), programme.earning.rounding)
    left = MOST_POINTS_OF_AN_ORDER if limits_left is None else min(limits_left, MOST_POINTS_OF_AN_ORDER)
    left = left if programme.earning.allows(who.status) else 0
    clipped = clip(points, left)
    over = (Part(LIMIT, clipped - points),) if clipped != points else ()
    left_out = 1 - counted / base if base else Fraction(0)
    return Earned(clipped, _whole_parts(points, exact) + over, math.floor(counted), left_out)


def base_of(order: OrderFacts, earning: Earning) -> int:
    """The earning amount of an order, in minor units, before factors of 0; never below 0."""
    base = order.total
    base -= order.tax if earning.tax is Counted.EXCLUDED else 0
    base -= order.shipping if earning.shipping is Counted.EXCLUDED else 0
    base += order.discount if earning.discounts is Discounts.BEFORE else 0
    return max(base, 0)


def limits_left(limits: Limits, *, today: int, this_month: int, ever: int) -> int | None:
    """The points that may still be earned after this many today, this month and ever; None without a limit."""
    pairs = ((limits.per_day, today), (limits.per_month, this_month), (limits.for_ever, ever))
    return min((max(limit - earned, 0) for limit, earned in pairs if limit is not None), default=None)


def clip(points: int, left: int | None) -> int:
    """The points that may be given with `left` more allowed; None allows all."""
    return points if left is None else min(points, max(left, 0))


def is_birthday(birthday: date, day: date, window: BirthdayWindow) -> bool:
    """Whether the birthday's factor applies on `day`. A birthday on 29 February is on the 28th in other years."""
    if window is BirthdayWindow.MONTH:
        return birthday.month == day.month
    kept_on = min(birthday.day, calendar.monthrange(day.year, birthday.month)[1])
    return (birthday.month, kept_on) == (day.month, day.day)


def occasion_of(day: date, window: BirthdayWindow) -> date:
    """The birthday that `day` belongs to, by its first day."""
    return day.replace(day=1) if window is BirthdayWindow.MONTH else day


def birthdays_after(
    before: tuple[date, ...] | None, earned: Earned, day: date, window: BirthdayWindow
) -> tuple[date, ...] | None:
    """The occasions that have multiplied points once this order has earned; None if it adds none."""
    occasion, known = occasion_of(day, window), before or ()
    if not earned.points or occasion in known or all(part.rule != BIRTHDAY for part in earned.parts):
        return None
    return tuple(sorted((*known, occasion)))[-_OCCASIONS_KEPT:]


def _is_too_soon(occasion: date, used: date) -> bool:
    """Whether the two are different birthdays less than twelve months apart."""
    first, second = min(occasion, used), max(occasion, used)
    return first != second and months_after(first, 12) > second


@dataclass(frozen=True)
class _Boost:
    """A multiplier that applies to this customer today: to the lines it names, or to all if it names none."""

    rule: str
    factor: Fraction
    picks_lines: bool = False
    products: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    @classmethod
    def of(cls, multiplier: Multiplier) -> _Boost:
        return cls(
            rule=multiplier.name,
            factor=Fraction(multiplier.factor),
            picks_lines=multiplier.picks_lines,
            products=frozenset(multiplier.products),
            categories=frozenset(multiplier.categories),
        )

    def covers(self, line: Line) -> bool:
        return not self.picks_lines or line.product_id in self.products or line.category in self.categories


# A part of the earning amount, and the multipliers that apply to it.
_Share = tuple[Fraction, tuple[_Boost, ...]]


def _is_left_out(applying: Iterable[_Boost]) -> bool:
    """Whether a factor of 0 is among them."""
    return any(boost.factor == 0 for boost in applying)


def _in_steps(counted: Fraction, step: int | None) -> Fraction:
    """The share of the money that lies in whole steps; all of it without steps."""
    return Fraction(counted // step * step) / counted if step and counted else Fraction(1)


def _exact_parts(
    base: int, shares: Sequence[_Share], in_steps: Fraction, who: Member, programme: Programme
) -> Mapping[str, Fraction]:
    """The points that each rule adds: base, tier, then multipliers and birthday by name.

    They are fractions: a share of an order is seldom a decimal, and a lost third would be a lost point.
    """
    rate = programme.rate * in_steps
    by_tier = Fraction(programme.tiers.level_of(who.tier).multiplier)
    names = sorted({boost.rule for _, applying in shares for boost in applying})
    parts = {BASE: base * rate, TIER: base * rate * (by_tier - 1), **dict.fromkeys(names, Fraction(0))}
    for share, applying in shares:
        so_far = share * rate * by_tier
        for boost in _combined(applying, programme.earning.combine):
            parts[boost.rule] += so_far * (boost.factor - 1)
            so_far *= boost.factor
    return parts


def _boosts(order: OrderFacts, who: Member, programme: Programme) -> list[_Boost]:
    """The multipliers that apply to the order, by name."""
    day = programme.day_of(order.placed_at)
    boosts = [_Boost.of(each) for each in programme.earning.multipliers if _applies(each, who, day, programme.tiers)]
    boosts += _birthday_boost(programme.earning.bonuses, who, day)
    return sorted(boosts, key=lambda boost: boost.rule)


def _applies(multiplier: Multiplier, who: Member, day: date, tiers: Tiers) -> bool:
    begun = multiplier.from_date is None or multiplier.from_date <= day
    not_over = multiplier.until_date is None or day <= multiplier.until_date
    in_group = not multiplier.groups or not who.groups.isdisjoint(multiplier.groups)
    in_tier = not multiplier.tiers or tiers.is_among(who.tier, multiplier.tiers)
    return begun and not_over and in_group and in_tier


def _birthday_boost(bonuses: Bonuses, who: Member, day: date) -> list[_Boost]:
    if who.birthday is None or not is_birthday(who.birthday, day, bonuses.birthday_window):
        return []
    occasion = occasion_of(day, bonuses.birthday_window)
    if any(_is_too_soon(occasion, used) for used in who.birthdays):
        return []
    return [_Boost(BIRTHDAY, Fraction(bonuses.birthday))]


def _shares(base: int, lines: Sequence[Line], boosts: Sequence[_Boost]) -> list[_Share]:
    """The parts of the base, each with the multipliers that apply to it.

    Lines share the base in proportion to their amounts. These amounts need not add up to the base: they are before tax
    and after discounts. If the lines cost nothing, or there are none, no line's multiplier applies.
    """
    whole = sum(line.amount for line in lines)
    if not whole:
        return [(Fraction(base), tuple(boost for boost in boosts if not boost.picks_lines))]
    amounts: Counter[tuple[_Boost, ...]] = Counter()
    for line in lines:
        amounts[tuple(boost for boost in boosts if boost.covers(line))] += line.amount
    return [(Fraction(base * amount, whole), applying) for applying, amount in amounts.items()]


def _combined(boosts: Sequence[_Boost], combine: Combine) -> Iterable[_Boost]:
    """The multipliers that count when several apply to one amount; of two equally high, the first by name.

    A factor of 0 alone counts.
    """
    if _is_left_out(boosts):
        return [min(boosts, key=lambda boost: boost.factor)]
    if combine is Combine.HIGHEST and boosts:
        return [max(boosts, key=lambda boost: boost.factor)]
    return boosts


def _rounded(exact: Fraction | int, rounding: Rounding) -> int:
    match rounding:
        case Rounding.DOWN:
            return math.floor(exact)
        case Rounding.NEAREST:
            return math.floor(exact + Fraction(1, 2))
        case Rounding.UP:
            return math.ceil(exact)


def _whole_parts(points: int, exact: Mapping[str, Fraction]) -> tuple[Part, ...]:
    """The parts as whole points that add up to `points`: the parts that lost most by rounding down regain one each."""
    whole = {rule: math.floor(part) for rule, part in exact.items()}
    missing = points - sum(whole.values())
    for rule in sorted(exact, key=lambda rule: exact[rule] - whole[rule], reverse=True)[:missing]:
        whole[rule] += 1
    return tuple(Part(rule, part) for rule, part in whole.items() if part)
