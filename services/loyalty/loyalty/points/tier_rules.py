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
from loyalty.programme.tiers import TierBy, TierLevel, Tiers, TierWindow
from shared.events.loyalty import Tier

EVER: Final = "ever"
# The months that a rolling window looks back from its own.
ROLLING: Final = 12

# Amounts by month, `2026-11`, and since EVER.
QualifyingMonths = Mapping[str, int]

_NONE: Final[QualifyingMonths] = MappingProxyType({})


@dataclass(frozen=True)
class TierState:
    """A tier and what it follows from. `kept_until` is the last day of a tier that nothing but the grace keeps."""

    tier: Tier = Tier.BRONZE
    since: date | None = None
    basis: TierBy = TierBy.POINTS
    qualifying: QualifyingMonths = field(default_factory=lambda: _NONE)
    kept_until: date | None = None


@dataclass(frozen=True)
class Qualifying:
    """What an entry counts towards tiers, signed, by each measure; for the month of `on`."""

    on: date
    points: int
    money: int
    orders: int

    def by(self, measure: TierBy) -> int:
        """What it counts by one measure."""
        return {TierBy.POINTS: self.points, TierBy.MONEY: self.money, TierBy.ORDERS: self.orders}[measure]


def fresh(rules: Tiers) -> TierState:
    """Where everyone begins."""
    return TierState(rules.rungs[0].tier, basis=rules.by)


def requalify(state: TierState, amount: int, on: date, today: date, rules: Tiers) -> TierState:
    """The tier after `amount` more (or less, negative) counts for the month of `on`.

    A tier that this very amount takes away ends at once; one that time had taken already stays for its grace.
    """
    state = _on_basis(state, rules)
    qualified_before = qualified_tier(state, today, rules)
    qualifying = _counted(state.qualifying, amount, on, today)
    after = replace(state, qualifying=qualifying)
    now = qualified_tier(after, today, rules)
    if _rank(now, rules) > _rank(state.tier, rules):
        return _moved(after, now, today)
    if now is state.tier:
        return replace(after, kept_until=None)
    lost_by_amount = _rank(now, rules) < _rank(qualified_before, rules)
    if lost_by_amount and _rank(qualified_before, rules) >= _rank(state.tier, rules):
        return _moved(after, now, today)
    return after


def review(state: TierState, today: date, rules: Tiers) -> TierState:
    """The tier looked at again on a day: kept for the grace when time has taken it away, and lost after that."""
    state = _on_basis(state, rules)
    now = qualified_tier(state, today, rules)
    if _rank(now, rules) > _rank(state.tier, rules):
        return _moved(state, now, today)
    if now is state.tier:
        return replace(state, kept_until=None)
    kept_until = state.kept_until or today + timedelta(days=rules.grace_days - 1)
    return _moved(state, now, today) if kept_until < today else replace(state, kept_until=kept_until)


def review_on(state: TierState, today: date, rules: Tiers) -> date | None:
    """The day on which time alone may change the tier; None when it never will."""
    if state.tier is rules.rungs[0].tier:
        return None
    if state.kept_until:
        return state.kept_until + timedelta(days=1)
    # Today too: the window may have moved before the job ran, or the programme has changed.
    return next(
        (day for day in [today, *_window_moves(today, rules)] if qualified_tier(state, day, rules) is not state.tier),
        None,
    )


def qualified_tier(state: TierState, day: date, rules: Tiers) -> Tier:
    """The tier that the qualifying amount of a day reaches."""
    qualifying = max(qualifying_on(state, day, rules), 0)
    return [level for level in rules.rungs if level.threshold <= qualifying][-1].tier


def qualifying_on(state: TierState, day: date, rules: Tiers) -> int:
    """The qualifying amount on a day, in the window of the programme."""
    if state.basis is not rules.by:
        return 0
    if rules.window is TierWindow.LIFETIME:
        return state.qualifying.get(EVER, 0)
    first = f"{day.year}-01" if rules.window is TierWindow.CALENDAR_YEAR else _month(months_after(day, -ROLLING))
    return sum(amount for month, amount in state.qualifying.items() if month != EVER and first <= month <= _month(day))


def next_level(state: TierState, rules: Tiers) -> TierLevel | None:
    """The next tier up, or None from the highest."""
    above = rules.rungs[_rank(state.tier, rules) + 1 :]
    return above[0] if above else None


def multiplier_of(tier: Tier, rules: Tiers) -> Decimal:
    """What points are multiplied by in a tier."""
    return rules.level_of(tier).multiplier


def merge(one: TierState, other: TierState, today: date, rules: Tiers) -> TierState:
    """The tier of two people who are one, by their qualifying amounts together; neither's tier is lost by it."""
    one, other = _on_basis(one, rules), _on_basis(other, rules)
    months = {*one.qualifying, *other.qualifying}
    qualifying = {month: one.qualifying.get(month, 0) + other.qualifying.get(month, 0) for month in sorted(months)}
    higher = max(one, other, key=lambda state: _rank(state.tier, rules))
    return review(replace(higher, qualifying=qualifying), today, rules)


def period_end(day: date, rules: Tiers) -> date | None:
    """The last day of the period that a projection looks at: the year's, or the month's where the window rolls."""
    if rules.window is TierWindow.LIFETIME:
        return None
    if rules.window is TierWindow.CALENDAR_YEAR:
        return day.replace(month=12, day=31)
    return _month_start(day, 1) - timedelta(days=1)


def window_begins(day: date, rules: Tiers) -> date | None:
    """The first day that counts on a day; None where all of life does."""
    if rules.window is TierWindow.LIFETIME:
        return None
    if rules.window is TierWindow.CALENDAR_YEAR:
        return day.replace(month=1, day=1)
    return _month_start(day, -ROLLING)


def projected(state: TierState, today: date, rules: Tiers) -> Tier:
    """The tier when the period is over and its grace too, if nothing more counts; without periods, the grace."""
    end = period_end(today, rules)
    begins = end + timedelta(days=1) if end else today
    return foreseen(state, today, begins + timedelta(days=rules.grace_days), rules)


def foreseen(state: TierState, today: date, day: date, rules: Tiers) -> Tier:
    """The tier on a day to come, if nothing more counts: looked at whenever time may change it, as it will be."""
    state = review(state, today, rules)
    while (next_look := review_on(state, today, rules)) and next_look <= day:
        today = next_look
        state = review(state, today, rules)
    return state.tier


def write_qualifying(qualifying: QualifyingMonths) -> list[Any]:
    """As an account keeps them: what counts ever, the first month, and what counts in each month from that on."""
    months = sorted(qualifying.keys() - {EVER})
    if not months:
        return [qualifying.get(EVER, 0)]
    first, last = (date.fromisoformat(f"{month}-01") for month in (months[0], months[-1]))
    spans = range((last.year - first.year) * 12 + last.month - first.month + 1)
    return [
        qualifying.get(EVER, 0),
        months[0],
        *(qualifying.get(_month(_month_start(first, span)), 0) for span in spans),
    ]


def read_qualifying(written: list[Any]) -> QualifyingMonths:
    """What `write_qualifying` wrote."""
    ever, *rest = written
    if not rest:
        return {EVER: ever}
    first = date.fromisoformat(f"{rest[0]}-01")
    months = {_month(_month_start(first, span)): amount for span, amount in enumerate(rest[1:]) if amount}
    return {EVER: ever, **months}


def _on_basis(state: TierState, rules: Tiers) -> TierState:
    """What counted by another measure counts no more; the tier that it gave stays for its grace."""
    if state.basis is rules.by:
        return state
    return replace(state, basis=rules.by, qualifying=_NONE)


def _counted(qualifying: QualifyingMonths, amount: int, on: date, today: date) -> QualifyingMonths:
    oldest = _month(months_after(today, -ROLLING))
    counted = {**qualifying, EVER: qualifying.get(EVER, 0) + amount, _month(on): qualifying.get(_month(on), 0) + amount}
    return {month: value for month, value in sorted(counted.items()) if month == EVER or (month >= oldest and value)}


def _moved(state: TierState, tier: Tier, today: date) -> TierState:
    return replace(state, tier=tier, since=today, kept_until=None)


def _rank(tier: Tier, rules: Tiers) -> int:
    return rules.rungs.index(rules.level_of(tier))


def _window_moves(today: date, rules: Tiers) -> list[date]:
    """The days to come on which something leaves the window."""
    if rules.window is TierWindow.LIFETIME:
        return []
    if rules.window is TierWindow.CALENDAR_YEAR:
        return [date(today.year + 1, 1, 1)]
    return [_month_start(today, months) for months in range(1, ROLLING + 2)]


def _month_start(day: date, months: int) -> date:
    return months_after(day.replace(day=1), months)


def _month(day: date) -> str:
    return day.isoformat()[:7]
