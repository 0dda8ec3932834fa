"""Tiers: by what counts towards them in a window of time, never by balance. Up at once; down after a grace.

What counts (points earned, money or orders, as the programme says) is kept by month, thirteen of them, and since
ever. So any window can be read from it: the calendar year; twelve months that roll, which are the month of today and
the twelve before it, in the customer's favour; or all of life.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from loyalty.days import months_after
from loyalty.programme.tiers import Rung, TierBy, Tiers, TierWindow
from shared.events.loyalty import Tier

EVER: Final = "ever"
# The months that a rolling window looks back from its own.
ROLLING: Final = 12

# Amounts by month, `2026-11`, and since EVER.
Merits = Mapping[str, int]

_NONE: Final[Merits] = MappingProxyType({})


@dataclass(frozen=True)
class TierStanding:
    """A tier and what it follows from. `kept_until` is the last day of a tier that nothing but the grace keeps."""

    tier: Tier = Tier.BRONZE
    since: date | None = None
    basis: TierBy = TierBy.POINTS
    merits: Merits = field(default_factory=lambda: _NONE)
    kept_until: date | None = None


def fresh(rules: Tiers) -> TierStanding:
    """Where everyone begins."""
    return TierStanding(rules.rungs[0].tier, basis=rules.by)


def deserve(standing: TierStanding, amount: int, on: date, today: date, rules: Tiers) -> TierStanding:
    """After `amount` more (or less, negative) counts for the month of `on`.

    A tier that this very amount takes away ends at once; one that time had taken already stays for its grace.
    """
    standing = _on_basis(standing, rules)
    deserved_before = deserved(standing, today, rules)
    merits = _counted(standing.merits, amount, on, today)
    after = replace(standing, merits=merits)
    now = deserved(after, today, rules)
    if _rank(now, rules) > _rank(standing.tier, rules):
        return _moved(after, now, today)
    if now is standing.tier:
        return replace(after, kept_until=None)
    lost_by_amount = _rank(now, rules) < _rank(deserved_before, rules)
    if lost_by_amount and _rank(deserved_before, rules) >= _rank(standing.tier, rules):
        return _moved(after, now, today)
    return after


def review(standing: TierStanding, today: date, rules: Tiers) -> TierStanding:
    """The tier looked at again on a day: kept for the grace when time has taken it away, and lost after that."""
    standing = _on_basis(standing, rules)
    now = deserved(standing, today, rules)
    if _rank(now, rules) > _rank(standing.tier, rules):
        return _moved(standing, now, today)
    if now is standing.tier:
        return replace(standing, kept_until=None)
    kept_until = standing.kept_until or today + timedelta(days=rules.grace_days - 1)
    return _moved(standing, now, today) if kept_until < today else replace(standing, kept_until=kept_until)


def review_on(standing: TierStanding, today: date, rules: Tiers) -> date | None:
    """The day on which time alone may change the tier; None when it never will."""
    if standing.tier is rules.rungs[0].tier:
        return None
    if standing.kept_until:
        return standing.kept_until + timedelta(days=1)
    # Today too: the turn may have come before the job did, or the programme has changed.
    return next(
        (day for day in [today, *_turns(today, rules)] if deserved(standing, day, rules) is not standing.tier), None
    )


def deserved(standing: TierStanding, day: date, rules: Tiers) -> Tier:
    """The tier that what counts on a day reaches."""
    merit = max(merit_on(standing, day, rules), 0)
    return [rung for rung in rules.rungs if rung.threshold <= merit][-1].tier


def merit_on(standing: TierStanding, day: date, rules: Tiers) -> int:
    """What counts on a day, in the window of the programme."""
    if standing.basis is not rules.by:
        return 0
    if rules.window is TierWindow.LIFETIME:
        return standing.merits.get(EVER, 0)
    first = f"{day.year}-01" if rules.window is TierWindow.CALENDAR_YEAR else _month(months_after(day, -ROLLING))
    return sum(amount for month, amount in standing.merits.items() if month != EVER and first <= month <= _month(day))


def next_rung(standing: TierStanding, rules: Tiers) -> Rung | None:
    """The next tier up, or None from the highest."""
    above = rules.rungs[_rank(standing.tier, rules) + 1 :]
    return above[0] if above else None


def multiplier_of(tier: Tier, rules: Tiers) -> Decimal:
    """What points are multiplied by in a tier."""
    return rules.rung_of(tier).multiplier


def merge(one: TierStanding, other: TierStanding, today: date, rules: Tiers) -> TierStanding:
    """What two people who are one have earned together; neither's tier is lost by it."""
    one, other = _on_basis(one, rules), _on_basis(other, rules)
    months = {*one.merits, *other.merits}
    merits = {month: one.merits.get(month, 0) + other.merits.get(month, 0) for month in sorted(months)}
    higher = max(one, other, key=lambda standing: _rank(standing.tier, rules))
    return review(replace(higher, merits=merits), today, rules)


def period_end(day: date, rules: Tiers) -> date | None:
    """The last day of the period that a projection looks at: the year's, or the month's where the window rolls."""
    if rules.window is TierWindow.LIFETIME:
        return None
    if rules.window is TierWindow.CALENDAR_YEAR:
        return day.replace(month=12, day=31)
    return _turn(day, 1) - timedelta(days=1)


def window_begins(day: date, rules: Tiers) -> date | None:
    """The first day that counts on a day; None where all of life does."""
    if rules.window is TierWindow.LIFETIME:
        return None
    if rules.window is TierWindow.CALENDAR_YEAR:
        return day.replace(month=1, day=1)
    return _turn(day, -ROLLING)


def projected(standing: TierStanding, today: date, rules: Tiers) -> Tier:
    """The tier when the period is over and its grace too, if nothing more counts; without periods, the grace."""
    end = period_end(today, rules)
    begins = end + timedelta(days=1) if end else today
    return foreseen(standing, today, begins + timedelta(days=rules.grace_days), rules)


def foreseen(standing: TierStanding, today: date, day: date, rules: Tiers) -> Tier:
    """The tier on a day to come, if nothing more counts: looked at whenever time may change it, as it will be."""
    standing = review(standing, today, rules)
    while (next_look := review_on(standing, today, rules)) and next_look <= day:
        today = next_look
        standing = review(standing, today, rules)
    return standing.tier


def write_merits(merits: Merits) -> list[Any]:
    """As an account keeps them: what counts ever, the first month, and what counts in each month from that on."""
    months = sorted(merits.keys() - {EVER})
    if not months:
        return [merits.get(EVER, 0)]
    first, last = (date.fromisoformat(f"{month}-01") for month in (months[0], months[-1]))
    spans = range((last.year - first.year) * 12 + last.month - first.month + 1)
    return [merits.get(EVER, 0), months[0], *(merits.get(_month(_turn(first, span)), 0) for span in spans)]


def read_merits(written: list[Any]) -> Merits:
    """What `write_merits` wrote."""
    ever, *rest = written
    if not rest:
        return {EVER: ever}
    first = date.fromisoformat(f"{rest[0]}-01")
    months = {_month(_turn(first, span)): amount for span, amount in enumerate(rest[1:]) if amount}
    return {EVER: ever, **months}


def _on_basis(standing: TierStanding, rules: Tiers) -> TierStanding:
    """What counted by another measure counts no more; the tier that it gave stays for its grace."""
    if standing.basis is rules.by:
        return standing
    return replace(standing, basis=rules.by, merits=_NONE)


def _counted(merits: Merits, amount: int, on: date, today: date) -> Merits:
    oldest = _month(months_after(today, -ROLLING))
    counted = {**merits, EVER: merits.get(EVER, 0) + amount, _month(on): merits.get(_month(on), 0) + amount}
    return {month: value for month, value in sorted(counted.items()) if month == EVER or (month >= oldest and value)}


def _moved(standing: TierStanding, tier: Tier, today: date) -> TierStanding:
    return replace(standing, tier=tier, since=today, kept_until=None)


def _rank(tier: Tier, rules: Tiers) -> int:
    return rules.rungs.index(rules.rung_of(tier))


def _turns(today: date, rules: Tiers) -> list[date]:
    """The days to come on which something leaves the window."""
    if rules.window is TierWindow.LIFETIME:
        return []
    if rules.window is TierWindow.CALENDAR_YEAR:
        return [date(today.year + 1, 1, 1)]
    return [_turn(today, months) for months in range(1, ROLLING + 2)]


def _turn(day: date, months: int) -> date:
    return months_after(day.replace(day=1), months)


def _month(day: date) -> str:
    return day.isoformat()[:7]
