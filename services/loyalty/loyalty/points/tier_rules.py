"""Tiers follow from a qualifying amount in a window of time, never from the balance.

A customer moves up at once, and down after a grace. The qualifying amount is points earned, money or orders, as the
programme says. It is kept for fourteen months and as a total, so every window can be computed. A tier that only its
grace keeps has the months before as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from loyalty.days import months_after
from loyalty.points.rules import MOST_LATE
from loyalty.points.tier_windows import (
    EVER,
    ROLLING,
    QualifyingMonths,
    month_of,
    months_back,
    period_end,
    window_ends,
    window_moves,
)
from loyalty.programme.tiers import BRONZE, TierBy, TierLevel, Tiers, TierWindow
from shared.events.loyalty import TierId

_NONE: Final[QualifyingMonths] = MappingProxyType({})


class GivenTier(NamedTuple):
    """A tier that staff gave, until the end of a day; None means until they take it back.

    The tier by amounts goes on `beneath` it, with its own day `since` and its own grace.
    """

    tier: TierId
    until: date | None
    beneath: TierId = ""
    since: date | None = None
    kept_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day, if nobody takes it back."""
        return self.until is None or day <= self.until


@dataclass(frozen=True)
class TierState:
    """A tier and its qualifying amounts. `kept_until` is the last day of a tier that only the grace keeps.

    The customer is in no lower tier than `given` while that holds.
    """

    tier: TierId = BRONZE
    since: date | None = None
    basis: TierBy = TierBy.POINTS
    qualifying: QualifyingMonths = field(default_factory=lambda: _NONE)
    kept_until: date | None = None
    given: GivenTier | None = None


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
    after = _requalified(_under(_alone(state), rules), amount, on, today, rules)
    return _beneath(state.given, after, state, today, rules)


def _requalified(state: TierState, amount: int, on: date, today: date, rules: Tiers) -> TierState:
    qualifying = _counted(state, amount, on, today, rules)
    after = replace(state, qualifying=qualifying)
    now = qualified_tier(after, today, rules)
    # What is older counts as told of the first day of these: orders of the days since then have the tier already.
    late = _reached_late(after, max(on, today - MOST_LATE), today, rules) if amount > 0 and on < today else after
    if rules.rank(late.tier) > max(rules.rank(state.tier), rules.rank(now) - 1):
        return late
    if rules.rank(now) > rules.rank(state.tier):
        return _moved(after, now, today)
    if now == state.tier:
        return replace(after, kept_until=None)
    return _upheld(state, after, today, rules)


def last_reached(state: TierState, tier: TierId, day: date, rules: Tiers) -> date | None:
    """The last day until `day` on which the amounts reach `tier`, as far back as a grace may keep it."""
    days = [day, *window_ends(day, rules)]
    return next((each for each in days if rules.rank(qualified_tier(state, each, rules)) >= rules.rank(tier)), None)


def give(state: TierState, given: GivenTier | None, today: date, rules: Tiers) -> TierState:
    """The state once staff give a tier, or (None) take it back."""
    return _beneath(given, _under(_alone(state), rules), state, today, rules)


def review(state: TierState, today: date, rules: Tiers) -> TierState:
    """The tier reviewed on a day: once time has taken it away, it is kept for the grace and then lost.

    A given tier ends with its last day, without a grace.
    """
    return _beneath(state.given, _reviewed(_under(_alone(state), rules), today, rules), state, today, rules)


def _reviewed(state: TierState, today: date, rules: Tiers) -> TierState:
    now = qualified_tier(state, today, rules)
    if rules.rank(now) > rules.rank(state.tier):
        return _moved(state, now, today)
    if now == state.tier:
        return replace(state, kept_until=None)
    kept_until = state.kept_until or today + timedelta(days=rules.grace_days - 1)
    return _moved(state, now, today) if kept_until < today else replace(state, kept_until=kept_until)


def review_on(state: TierState, today: date, rules: Tiers) -> date | None:
    """The day on which time alone may change the tier; None if there is no such day."""
    until = state.given.until if state.given else None
    days = (_review_on(_under(_alone(state), rules), today, rules), until and max(until + timedelta(days=1), today))
    return min((day for day in days if day), default=None)


def _review_on(state: TierState, today: date, rules: Tiers) -> date | None:
    if state.tier == rules.rungs[0].tier:
        return None
    if state.kept_until:
        return state.kept_until + timedelta(days=1)
    # Today counts too: the window may have moved before the job ran, or the programme may have changed.
    return next(
        (day for day in [today, *window_moves(today, rules)] if qualified_tier(state, day, rules) != state.tier),
        None,
    )


def qualified_tier(state: TierState, day: date, rules: Tiers) -> TierId:
    """The tier that the qualifying amount reaches on a day."""
    qualifying = max(qualifying_on(state, day, rules), 0)
    return [level for level in rules.rungs if level.threshold <= qualifying][-1].tier


def qualifying_on(state: TierState, day: date, rules: Tiers) -> int:
    """The qualifying amount on a day, in the programme's window."""
    if state.basis is not rules.by:
        return 0
    if rules.window is TierWindow.LIFETIME:
        later = sum(amount for month, amount in state.qualifying.items() if month != EVER and month > month_of(day))
        return state.qualifying.get(EVER, 0) - later
    last = month_of(day)
    first = f"{day.year}-01" if rules.window is TierWindow.CALENDAR_YEAR else month_of(months_after(day, -ROLLING))
    return sum(amount for month, amount in state.qualifying.items() if month != EVER and first <= month <= last)


def next_level(state: TierState, rules: Tiers) -> TierLevel | None:
    """The next higher tier level; None in the highest tier."""
    above = rules.rungs[rules.rank(state.tier) + 1 :]
    return above[0] if above else None


def multiplier_of(tier: TierId, rules: Tiers) -> Decimal:
    """The tier's multiplier of points."""
    return rules.level_of(tier).multiplier


def merge(one: TierState, other: TierState, today: date, rules: Tiers) -> TierState:
    """The tier of two merged customers, from their joint qualifying amounts; neither loses a tier by the merge.

    Of two given tiers the higher one stays.
    """
    given = [each.given for each in (one, other) if each.given and each.given.holds_on(today)]
    best = max(given, key=lambda each: (rules.rank(each.tier), each.until or date.max), default=None)
    before = max(one, other, key=lambda state: rules.rank(state.tier))
    one, other = _under(_alone(one), rules), _under(_alone(other), rules)
    months = {*one.qualifying, *other.qualifying}
    joint = {month: one.qualifying.get(month, 0) + other.qualifying.get(month, 0) for month in sorted(months)}
    qualifying = {month: amount for month, amount in joint.items() if month == EVER or amount}
    higher = max(one, other, key=lambda state: rules.rank(state.tier))
    after = _reviewed(replace(higher, qualifying=qualifying), today, rules)
    return _beneath(best, after, before, today, rules)


def projected(state: TierState, today: date, rules: Tiers) -> TierId:
    """The tier after the period and its grace, if nothing more qualifies; without periods, after the grace."""
    end = period_end(today, rules)
    begins = end + timedelta(days=1) if end else today
    return foreseen(state, today, begins + timedelta(days=rules.grace_days), rules)


def foreseen(state: TierState, today: date, day: date, rules: Tiers) -> TierId:
    """The tier on a future day, if nothing more qualifies, with every review until then."""
    return _reviewed_until(state, today, day, rules).tier


def _alone(state: TierState) -> TierState:
    """The state by amounts alone."""
    if (given := state.given) is None:
        return state
    return replace(state, tier=given.beneath, since=given.since, kept_until=given.kept_until, given=None)


def _beneath(given: GivenTier | None, alone: TierState, before: TierState, today: date, rules: Tiers) -> TierState:
    """The state by amounts beneath a given tier, as long as that holds; `before` is the whole state so far."""
    if given is None or not given.holds_on(today):
        after = replace(alone, given=None)
    elif rules.unknown([given.tier]):
        # Of a version that this process has not read yet: the tier stays as it is.
        given = given._replace(beneath=alone.tier, since=alone.since, kept_until=alone.kept_until)
        return replace(alone, tier=before.tier, since=before.since, kept_until=before.kept_until, given=given)
    else:
        tier, until = rules.level_of(given.tier).tier, given.until
        after = replace(alone, given=GivenTier(tier, until, alone.tier, alone.since, alone.kept_until))
        if rules.rank(tier) > rules.rank(alone.tier):
            after = replace(after, tier=tier, kept_until=None)
    if before.given is None and after.given is None:
        return after
    return replace(after, since=before.since if after.tier == before.tier else today)


def _upheld(before: TierState, after: TierState, today: date, rules: Tiers) -> TierState:
    """The state after an amount, if today's amounts do not reach the tier any more.

    The amount takes the tier if the tier was reached with it on the last day, and is not without it.
    """
    day, now = last_reached(before, before.tier, today, rules), qualified_tier(after, today, rules)
    upheld = qualified_tier(after, day, rules) if day else before.tier
    if rules.rank(upheld) >= rules.rank(before.tier):
        return after
    if rules.rank(upheld) > rules.rank(now):
        return replace(_moved(after, upheld, today), kept_until=before.kept_until)
    return _moved(after, now, today)


def _reached_late(state: TierState, on: date, today: date, rules: Tiers) -> TierState:
    """The state today if the tier that was reached on an earlier day had been given on that day."""
    then = qualified_tier(state, on, rules)
    if rules.rank(then) <= rules.rank(state.tier):
        return state
    return _reviewed_until(_moved(state, then, on), on, today, rules)


def _reviewed_until(state: TierState, today: date, day: date, rules: Tiers) -> TierState:
    """The state on a later day, with every review until then."""
    state = review(state, today, rules)
    while (next_look := review_on(state, today, rules)) and next_look <= day:
        today = next_look
        state = review(state, today, rules)
    return state


def _under(state: TierState, rules: Tiers) -> TierState:
    """The state in a tier that the rules have, without amounts of another measure.

    The tier that such amounts gave stays for its grace.
    """
    state = replace(state, tier=rules.level_of(state.tier).tier)
    return state if state.basis is rules.by else replace(state, basis=rules.by, qualifying=_NONE)


def _counted(state: TierState, amount: int, on: date, today: date, rules: Tiers) -> QualifyingMonths:
    # One month more than the window, for an order that is told late; and as long as a grace keeps the tier.
    is_reached = rules.rank(qualified_tier(state, today, rules)) >= rules.rank(state.tier)
    oldest = month_of(months_after(today, -ROLLING - (1 if is_reached else months_back(rules))))
    qualifying, month = state.qualifying, month_of(on)
    counted = {**qualifying, EVER: qualifying.get(EVER, 0) + amount, month: qualifying.get(month, 0) + amount}
    return {each: value for each, value in sorted(counted.items()) if each == EVER or (each >= oldest and value)}


def _moved(state: TierState, tier: TierId, today: date) -> TierState:
    return replace(state, tier=tier, since=today, kept_until=None)
