"""Tiers follow from a qualifying amount in a window of time, never from the balance.

A customer moves up at once, and down after a grace. The qualifying amount is points earned, money or orders, as the
programme says. It is kept for fourteen months and as a total, so every window can be computed. A tier that only its
grace keeps has the months before as well. A window is the calendar year, twelve rolling months, or all time. Rolling
months are the current month and the twelve before it, in the customer's favour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from loyalty.days import months_after
from loyalty.points.rules import MOST_LATE
from loyalty.programme.tiers import TierBy, TierLevel, Tiers, TierWindow
from shared.events.loyalty import Tier

EVER: Final = "ever"
# The months before the current one in a rolling window.
ROLLING: Final = 12

# Amounts by month, such as `2026-11`, and the total under EVER.
QualifyingMonths = Mapping[str, int]

_NONE: Final[QualifyingMonths] = MappingProxyType({})


@dataclass(frozen=True)
class TierState:
    """A tier and its qualifying amounts. `kept_until` is the last day of a tier that only the grace keeps."""

    tier: Tier = Tier.BRONZE
    since: date | None = None
    basis: TierBy = TierBy.POINTS
    qualifying: QualifyingMonths = field(default_factory=lambda: _NONE)
    kept_until: date | None = None


@dataclass(frozen=True)
class Qualifying:
    """The signed qualifying amounts of an entry, by each measure, for the month of `on`."""

    on: date
    points: int
    money: int
    orders: int

    def by(self, measure: TierBy) -> int:
        """The amount by one measure."""
        return {TierBy.POINTS: self.points, TierBy.MONEY: self.money, TierBy.ORDERS: self.orders}[measure]


def fresh(rules: Tiers) -> TierState:
    """The state of a new customer."""
    return TierState(rules.rungs[0].tier, basis=rules.by)


def requalify(state: TierState, amount: int, on: date, today: date, rules: Tiers) -> TierState:
    """The tier after `amount` more (negative: less) qualifies in the month of `on`.

    An amount told late gives the tier that it would have given on its own day, as far as time has left that. If this
    amount itself takes the tier away, the tier ends at once, even in its grace. A tier that time alone took away stays
    for its grace.
    """
    state = _on_basis(state, rules)
    qualifying = _counted(state, amount, on, today, rules)
    after = replace(state, qualifying=qualifying)
    now = qualified_tier(after, today, rules)
    # What is older counts as told of the first day of these: orders of the days since then have the tier already.
    late = _reached_late(after, max(on, today - MOST_LATE), today, rules) if amount > 0 and on < today else after
    if _rank(late.tier, rules) > max(_rank(state.tier, rules), _rank(now, rules) - 1):
        return late
    if _rank(now, rules) > _rank(state.tier, rules):
        return _moved(after, now, today)
    if now is state.tier:
        return replace(after, kept_until=None)
    return _upheld(state, after, today, rules)


def last_reached(state: TierState, tier: Tier, day: date, rules: Tiers) -> date | None:
    """The last day until `day` on which the amounts reach `tier`, as far back as a grace may keep it."""
    days = [day, *_window_ends(day, rules)]
    return next((each for each in days if _rank(qualified_tier(state, each, rules), rules) >= _rank(tier, rules)), None)


def review(state: TierState, today: date, rules: Tiers) -> TierState:
    """The tier reviewed on a day: once time has taken it away, it is kept for the grace and then lost."""
    state = _on_basis(state, rules)
    now = qualified_tier(state, today, rules)
    if _rank(now, rules) > _rank(state.tier, rules):
        return _moved(state, now, today)
    if now is state.tier:
        return replace(state, kept_until=None)
    kept_until = state.kept_until or today + timedelta(days=rules.grace_days - 1)
    return _moved(state, now, today) if kept_until < today else replace(state, kept_until=kept_until)


def review_on(state: TierState, today: date, rules: Tiers) -> date | None:
    """The day on which time alone may change the tier; None if there is no such day."""
    if state.tier is rules.rungs[0].tier:
        return None
    if state.kept_until:
        return state.kept_until + timedelta(days=1)
    # Today counts too: the window may have moved before the job ran, or the programme may have changed.
    return next(
        (day for day in [today, *_window_moves(today, rules)] if qualified_tier(state, day, rules) is not state.tier),
        None,
    )


def qualified_tier(state: TierState, day: date, rules: Tiers) -> Tier:
    """The tier that the qualifying amount reaches on a day."""
    qualifying = max(qualifying_on(state, day, rules), 0)
    return [level for level in rules.rungs if level.threshold <= qualifying][-1].tier


def qualifying_on(state: TierState, day: date, rules: Tiers) -> int:
    """The qualifying amount on a day, in the programme's window."""
    if state.basis is not rules.by:
        return 0
    if rules.window is TierWindow.LIFETIME:
        later = sum(amount for month, amount in state.qualifying.items() if month != EVER and month > _month(day))
        return state.qualifying.get(EVER, 0) - later
    first = f"{day.year}-01" if rules.window is TierWindow.CALENDAR_YEAR else _month(months_after(day, -ROLLING))
    return sum(amount for month, amount in state.qualifying.items() if month != EVER and first <= month <= _month(day))


def next_level(state: TierState, rules: Tiers) -> TierLevel | None:
    """The next higher tier level; None in the highest tier."""
    above = rules.rungs[_rank(state.tier, rules) + 1 :]
    return above[0] if above else None


def multiplier_of(tier: Tier, rules: Tiers) -> Decimal:
    """The tier's multiplier of points."""
    return rules.level_of(tier).multiplier


def merge(one: TierState, other: TierState, today: date, rules: Tiers) -> TierState:
    """The tier of two merged customers, from their joint qualifying amounts; neither loses a tier by the merge."""
    one, other = _on_basis(one, rules), _on_basis(other, rules)
    months = {*one.qualifying, *other.qualifying}
    joint = {month: one.qualifying.get(month, 0) + other.qualifying.get(month, 0) for month in sorted(months)}
    qualifying = {month: amount for month, amount in joint.items() if month == EVER or amount}
    higher = max(one, other, key=lambda state: _rank(state.tier, rules))
    return review(replace(higher, qualifying=qualifying), today, rules)


def period_end(day: date, rules: Tiers) -> date | None:
    """The last day of a projection's period: the year's, or with a rolling window the month's."""
    if rules.window is TierWindow.LIFETIME:
        return None
    if rules.window is TierWindow.CALENDAR_YEAR:
        return day.replace(month=12, day=31)
    return _month_start(day, 1) - timedelta(days=1)


def window_begins(day: date, rules: Tiers) -> date | None:
    """The first day of the window on a day; None where all time counts."""
    if rules.window is TierWindow.LIFETIME:
        return None
    if rules.window is TierWindow.CALENDAR_YEAR:
        return day.replace(month=1, day=1)
    return _month_start(day, -ROLLING)


def projected(state: TierState, today: date, rules: Tiers) -> Tier:
    """The tier after the period and its grace, if nothing more qualifies; without periods, after the grace."""
    end = period_end(today, rules)
    begins = end + timedelta(days=1) if end else today
    return foreseen(state, today, begins + timedelta(days=rules.grace_days), rules)


def foreseen(state: TierState, today: date, day: date, rules: Tiers) -> Tier:
    """The tier on a future day, if nothing more qualifies, with every review until then."""
    return _reviewed_until(state, today, day, rules).tier


def write_qualifying(qualifying: QualifyingMonths) -> list[Any]:
    """The stored form: the total, the first month, and the amount of each month from the first on."""
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
    """The qualifying amounts from their stored form."""
    ever, *rest = written
    if not rest:
        return {EVER: ever}
    first = date.fromisoformat(f"{rest[0]}-01")
    months = {_month(_month_start(first, span)): amount for span, amount in enumerate(rest[1:]) if amount}
    return {EVER: ever, **months}


def _upheld(before: TierState, after: TierState, today: date, rules: Tiers) -> TierState:
    """The state after an amount, if today's amounts do not reach the tier any more.

    The amount takes the tier if the tier was reached with it on the last day, and is not without it.
    """
    day, now = last_reached(before, before.tier, today, rules), qualified_tier(after, today, rules)
    upheld = qualified_tier(after, day, rules) if day else before.tier
    if _rank(upheld, rules) >= _rank(before.tier, rules):
        return after
    if _rank(upheld, rules) > _rank(now, rules):
        return replace(_moved(after, upheld, today), kept_until=before.kept_until)
    return _moved(after, now, today)


def _reached_late(state: TierState, on: date, today: date, rules: Tiers) -> TierState:
    """The state today if the tier that was reached on an earlier day had been given on that day."""
    then = qualified_tier(state, on, rules)
    if _rank(then, rules) <= _rank(state.tier, rules):
        return state
    return _reviewed_until(_moved(state, then, on), on, today, rules)


def _reviewed_until(state: TierState, today: date, day: date, rules: Tiers) -> TierState:
    """The state on a later day, with every review until then."""
    state = review(state, today, rules)
    while (next_look := review_on(state, today, rules)) and next_look <= day:
        today = next_look
        state = review(state, today, rules)
    return state


def _on_basis(state: TierState, rules: Tiers) -> TierState:
    """Drop amounts of another measure. The tier that they gave stays for its grace."""
    if state.basis is rules.by:
        return state
    return replace(state, basis=rules.by, qualifying=_NONE)


def _counted(state: TierState, amount: int, on: date, today: date, rules: Tiers) -> QualifyingMonths:
    # One month more than the window, for an order that is told late; and as long as a grace keeps the tier.
    is_reached = _rank(qualified_tier(state, today, rules), rules) >= _rank(state.tier, rules)
    oldest = _month(months_after(today, -ROLLING - (1 if is_reached else _months_back(rules))))
    qualifying = state.qualifying
    counted = {**qualifying, EVER: qualifying.get(EVER, 0) + amount, _month(on): qualifying.get(_month(on), 0) + amount}
    return {month: value for month, value in sorted(counted.items()) if month == EVER or (month >= oldest and value)}


def _moved(state: TierState, tier: Tier, today: date) -> TierState:
    return replace(state, tier=tier, since=today, kept_until=None)


def _rank(tier: Tier, rules: Tiers) -> int:
    return rules.rank(tier)


def _window_moves(today: date, rules: Tiers) -> list[date]:
    """The days to come on which an amount leaves the window."""
    if rules.window is TierWindow.LIFETIME:
        return []
    if rules.window is TierWindow.CALENDAR_YEAR:
        return [date(today.year + 1, 1, 1)]
    return [_month_start(today, months) for months in range(1, ROLLING + 2)]


def _window_ends(day: date, rules: Tiers) -> list[date]:
    """The last days of the windows before the one of `day`, newest first, as far as a grace may reach back."""
    match rules.window:
        case TierWindow.LIFETIME:
            return []
        case TierWindow.CALENDAR_YEAR:
            return [date(day.year - years, 12, 31) for years in range(1, 2 + (_months_back(rules) - 1) // 12)]
        case TierWindow.ROLLING_12_MONTHS:
            return [_month_start(day, -months) - timedelta(days=1) for months in range(_months_back(rules))]


def _months_back(rules: Tiers) -> int:
    """At most so many months begin in the days of a grace and before it: its review may be late, as an order may."""
    return 1 + (rules.grace_days + MOST_LATE.days + 2) // 30  # 28 days hold one month and begin the next, 59 hold two


def _month_start(day: date, months: int) -> date:
    return months_after(day.replace(day=1), months)


def _month(day: date) -> str:
    return day.isoformat()[:7]
