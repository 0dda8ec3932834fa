"""The points that an order earns by its customer's tier, and would have earned in each lower one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, Self

from loyalty.earning.models import Member, OrderFacts
from loyalty.earning.rules import price
from loyalty.points.tier_rules import TierState, last_reached, qualifying_on
from loyalty.points.tier_windows import window_begins
from loyalty.programme.models import Programme
from loyalty.programme.tiers import TierBy
from shared.events.loyalty import TierId


class Step(NamedTuple):
    """A tier by its threshold, and the points of the order in it."""

    threshold: int
    points: int


@dataclass(frozen=True)
class Tiered:
    """The points of an order in its customer's tier and in each lower one, highest first; the lowest tier is at 0.

    `had` is the qualifying amount, by the measure `by`, that reached the tier before the order. The months from `first`
    to `last` (`2026-11`) counted; without `first` all months until `last` did.
    """

    by: TierBy
    had: int
    first: str
    last: str
    steps: tuple[Step, ...]

    @classmethod
    def of(
        cls,
        order: OrderFacts,
        who: Member,
        programme: Programme,
        left: int | None,
        *,
        points: int,
        state: TierState,
        on: date,
    ) -> Self | None:
        """The points of an order that earns as of a day, with at most `left`; `state` is from before it.

        `points` are those that it earns in the customer's own tier. None if every lower tier gives as many, or if no
        amount reaches the tier.
        """
        rules = programme.tiers
        own = rules.level_of(who.tier)
        levels = [level for level in rules.rungs if level.threshold <= own.threshold]
        if state.given and state.given.holds_on(on) and rules.rank(state.given.tier) >= rules.rank(own.tier):
            return None  # it does not follow orders
        reached = last_reached(state, own.tier, on, rules) if len(levels) > 1 else None
        if reached is None:
            return None

        def points_in(tier: TierId) -> int:
            return points if tier == own.tier else price(order, replace(who, tier=tier), programme, left).points

        steps = [Step(level.threshold, points_in(level.tier)) for level in reversed(levels)]
        if len({step.points for step in steps}) == 1:
            return None
        begins = window_begins(reached, rules)
        first = begins.isoformat()[:7] if begins else ""
        return cls(rules.by, qualifying_on(state, reached, rules), first, reached.isoformat()[:7], tuple(steps))

    def counts(self, day: date) -> bool:
        """Whether amounts of this day counted for the tier."""
        return self.first <= day.isoformat()[:7] <= self.last

    def step_at(self, amount: int) -> int:
        """The number of the step that a qualifying amount reaches; 0 is the customer's own tier."""
        return next(number for number, step in enumerate(self.steps) if step.threshold <= max(amount, 0))

    @property
    def spare(self) -> int:
        """The part of the qualifying amount that the tier did not need."""
        return self.had - self.steps[0].threshold


def write_tiered(tiered: Tiered | None) -> dict[str, Any] | None:
    """The stored form; a part that has its usual value is left out."""
    if tiered is None:
        return None
    written = {"had": tiered.had, "to": tiered.last, "steps": [list(step) for step in tiered.steps]}
    by = {"by": tiered.by.value} if tiered.by is not TierBy.POINTS else {}
    return {**written, **by, **({"from": tiered.first} if tiered.first else {})}


def read_tiered(written: Mapping[str, Any] | None) -> Tiered | None:
    """The points by tier from their stored form; None of an entry that has none."""
    if written is None:
        return None
    by, steps = TierBy(written.get("by", TierBy.POINTS)), tuple(Step(*step) for step in written["steps"])
    return Tiered(by, written["had"], written.get("from", ""), written["to"], steps)
