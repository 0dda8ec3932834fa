"""Whether a programme makes sense as a whole: it takes more than it gives back, and all its steps can be reached.

Only new versions are checked. A stored version stays in force, whatever is checked later.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from loyalty.programme.models import Expiry, ExpiryMode, Programme
from loyalty.programme.sections import Combine, Limits, Multiplier, Rounding
from loyalty.programme.tiers import TierBy, TierWindow
from shared.errors import FieldError, InvalidError
from shared.events.loyalty import TierId

# Of lines that differ in their multipliers. A programme with more counts as if all of them could meet on one line.
_MOST_LINES: Final = 2_500
_DAYS: Final = 31
_SHORTEST_MONTH: Final = 28


def check_sense(programme: Programme) -> None:
    """Raises InvalidError naming, below `programme`, each field that makes no sense together with the others."""
    faults = [*_redeeming(programme), *_tiers(programme), *_generosity(programme)]
    if faults:
        raise InvalidError(errors=[FieldError(f"programme.{field}", reason) for field, reason in faults])


def largest_return(programme: Programme) -> Fraction:
    """The most that the points of an order can be worth, as a share of the money that earned them.

    It takes the best tier, all multipliers that can meet on one line on one day, the birthday, the dearest redemption
    of a point, and the order whose points are rounded up the most. Bonuses are not in it: they come once.
    """
    most = max(Fraction(level.multiplier) * _best(programme, level.tier) for level in programme.tiers.rungs)
    grain = programme.earning.step or 1
    return _most_rounded(programme.rate * grain * most, programme.earning.rounding) / grain * _dearest(programme)


def _generosity(programme: Programme) -> Iterator[tuple[str, str]]:
    share = largest_return(programme)
    if share > 1:
        field = "flat" if programme.redeeming.flat else "ladder"
        percent = math.ceil(share * 100)
        reason = (
            f"Points would give back more than orders take: up to {percent:,} % of the money, with the best tier, "
            "multipliers, rounding and redemption together"
        )
        yield f"redeeming.{field}", reason


def _dearest(programme: Programme) -> Fraction:
    """The most that one point is worth, in minor units."""
    redeeming = programme.redeeming
    ways = [redeeming.flat] if redeeming.flat else redeeming.ladder or ()
    return max(Fraction(way.value, way.points) for way in ways)


def _most_rounded(points: Fraction, rounding: Rounding) -> Fraction:
    """The most points for each smallest amount that earns, of orders of any size; `points` are the exact ones."""
    match rounding:
        case Rounding.DOWN:
            return points
        case Rounding.NEAREST:
            # Half a point becomes one: at most twice as much, and at most half a point for the smallest order.
            return min(2 * points, points + Fraction(1, 2))
        case Rounding.UP:
            return Fraction(math.ceil(points))


def _best(programme: Programme, tier: TierId) -> Fraction:
    """What all multipliers that can meet on one line come to, at best, for a customer in a tier."""
    earning, tiers = programme.earning, programme.tiers
    birthday = Multiplier.model_construct(name="birthday", factor=earning.bonuses.birthday, groups=("birthday",))
    applying = [each for each in (*earning.multipliers, birthday) if not each.tiers or tiers.is_among(tier, each.tiers)]
    names = {each.name: each for each in applying}
    met = {line for on_a_day in _on_days(applying) for line in _on_lines(on_a_day)}
    return max(_combined([names[name] for name in line], earning.combine) for line in met)


def _on_days(multipliers: Iterable[Multiplier]) -> set[frozenset[Multiplier]]:
    """The multipliers of each day, once. They change only on a first day, and after a last one."""
    begins = {each.from_date or date.min for each in multipliers}
    ends = {
        each.until_date + timedelta(days=1) for each in multipliers if each.until_date and each.until_date < date.max
    }
    return {
        frozenset(each for each in multipliers if (each.from_date or date.min) <= day <= (each.until_date or date.max))
        for day in begins | ends
    }


def _on_lines(multipliers: Iterable[Multiplier]) -> Iterator[frozenset[str]]:
    """The names of the multipliers that can meet on a line, for each kind of product and category."""
    everywhere = frozenset(each.name for each in multipliers if not each.picks_lines)
    products = _naming({each.name: each.products for each in multipliers})
    categories = _naming({each.name: each.categories for each in multipliers})
    if len(products) * len(categories) > _MOST_LINES:
        yield frozenset(each.name for each in multipliers if not each.picks_lines or each.factor > 1)
        return
    yield from {everywhere | product | category for product in products for category in categories}


def _combined(multipliers: Iterable[Multiplier], combine: Combine) -> Fraction:
    """What multipliers come to for a customer who is in those groups that pay."""
    for_all, for_groups = (
        [Fraction(each.factor) for each in multipliers if bool(each.groups) is grouped] for grouped in (False, True)
    )
    if 0 in for_all:
        return Fraction(0)
    if combine is Combine.HIGHEST:
        return max([*(for_all or [Fraction(1)]), *for_groups])
    return math.prod(for_all, start=Fraction(1)) * math.prod(factor for factor in for_groups if factor > 1)


def _naming(names: dict[str, tuple[str, ...]]) -> set[frozenset[str]]:
    """The multipliers that name each product (or category), once; and none, for a product that nobody names."""
    found: dict[str, set[str]] = {}
    for name, products in names.items():
        for product in products:
            found.setdefault(product, set()).add(name)
    return {frozenset(), *map(frozenset, found.values())}


def _redeeming(programme: Programme) -> Iterator[tuple[str, str]]:
    redeeming, most = programme.redeeming, _most_points(programme.earning.limits, _months_alive(programme))
    steps = [step.points for step in redeeming.ladder or ()]
    if steps and redeeming.smallest > steps[-1]:
        yield "redeeming.smallest", f"No step of the ladder has so many points: the dearest has {steps[-1]}"
        return
    for place, points in enumerate(steps):
        if points < redeeming.smallest:
            yield f"redeeming.ladder.{place}.points", f"Nobody can redeem it: smallest is {redeeming.smallest}"
        elif most and points > most:
            yield f"redeeming.ladder.{place}.points", f"Nobody can reach it: limits allow at most {most} points"
    if not steps and most and redeeming.smallest > most:
        yield "redeeming.smallest", f"Nobody can reach it: limits allow at most {most} points"


def _tiers(programme: Programme) -> Iterator[tuple[str, str]]:
    tiers, earning = programme.tiers, programme.earning
    for place, multiplier in enumerate(earning.multipliers):
        if unknown := tiers.unknown(multiplier.tiers):
            yield f"earning.multipliers.{place}.tiers.{unknown[0]}", f"There is no tier {unknown[1]}"
    if tiers.by is not TierBy.POINTS or not earning.points_per_unit:
        return
    # A year of twelve months that rolls begins within a thirteenth.
    months = {TierWindow.LIFETIME: None, TierWindow.CALENDAR_YEAR: 12, TierWindow.ROLLING_12_MONTHS: 13}[tiers.window]
    most = _most_points(earning.limits, months)
    for place, level in enumerate(tiers.rungs):
        if most and level.threshold > most:
            yield f"tiers.rungs.{place}.threshold", f"Nobody can reach it: limits allow at most {most} points"
        elif place and not any(below.multiplier for below in tiers.rungs[:place]):
            yield f"tiers.rungs.{place}.threshold", "Nobody can reach it: the tiers below earn no points"


def _months_alive(programme: Programme) -> int | None:
    """The most months in which points were earned that are usable at one moment; None if they may live for ever."""
    expiry: Expiry = programme.expiry
    if expiry.mode in {ExpiryMode.INACTIVITY, ExpiryMode.NEVER}:
        return None
    rest_of_year = 12 if expiry.mode is ExpiryMode.YEAR_END else 0
    # Both the first and the last month count, and waiting points may live until they can be used.
    return expiry.months + rest_of_year + 2 + programme.pending.longest_wait // _SHORTEST_MONTH + 1


def _most_points(limits: Limits, months: int | None) -> int | None:
    """The most points that limits allow in so many months; None without a limit. A limit of 0 only stops earning."""
    allowed = [limits.for_ever]
    if months is not None:
        allowed += [limits.per_month and limits.per_month * months, limits.per_day and limits.per_day * _DAYS * months]
    return min((points for points in allowed if points), default=None)
