"""The conditions that segments are made of, and when time alone changes their answer.

Times are compared as UTC days, so an answer is the same all day long and changes at midnight: a daily look finds
every change on its day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from segments.definitions.models import Condition, Facts
from segments.features.models import Features
from shared.money import in_major_units


class Is(StrEnum):
    """How a value compares to a bound."""

    OVER = ">"
    AT_LEAST = ">="
    UNDER = "<"
    AT_MOST = "<="
    EXACTLY = "="

    def true_of(self, value: Decimal | int, bound: int) -> bool:
        """Whether `value` compares so to `bound`."""
        if self is Is.EXACTLY:
            return value == bound
        above, below = value > bound, value < bound
        return {Is.OVER: above, Is.AT_LEAST: not below, Is.UNDER: below, Is.AT_MOST: not above}[self]


@dataclass(frozen=True)
class Number:
    """A number of the customer's compared to a bound; money in units of the shop's currency."""

    feature: Literal["orders", "spent"]
    compares: Is
    bound: int

    def holds(self, facts: Facts, today: date) -> bool:  # noqa: ARG002  # the day is the other conditions'
        """Whether it compares so."""
        return self.compares.true_of(getattr(facts, self.feature), self.bound)

    def turning_days(self, facts: Facts) -> frozenset[date]:  # noqa: ARG002
        """None: time alone changes no number."""
        return frozenset()

    def __str__(self) -> str:
        return f"{self.feature} {self.compares} {self.bound}"


@dataclass(frozen=True)
class DaysSince:
    """The whole days since something, compared to a bound. It does not hold when that never happened."""

    feature: Literal["registered_on", "last_order_on"]
    compares: Is
    bound: int

    def holds(self, facts: Facts, today: date) -> bool:
        """Whether it compares so. What lies ahead, by another's clock, is less than no days ago."""
        day: date | None = getattr(facts, self.feature)
        return day is not None and self.compares.true_of((today - day).days, self.bound)

    def turning_days(self, facts: Facts) -> frozenset[date]:
        """The day on which the bound is met, and the one after it."""
        day: date | None = getattr(facts, self.feature)
        if day is None:
            return frozenset()
        return frozenset({day + timedelta(days=self.bound), day + timedelta(days=self.bound + 1)})

    def __str__(self) -> str:
        name = {"registered_on": "registration", "last_order_on": "last_order"}[self.feature]
        return f"days_since_{name} {self.compares} {self.bound}"


@dataclass(frozen=True)
class AllOf:
    """Holds when every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts, today: date) -> bool:
        """Whether all hold."""
        return all(part.holds(facts, today) for part in self.parts)

    def turning_days(self, facts: Facts) -> frozenset[date]:
        """Those of the parts."""
        return frozenset().union(*(part.turning_days(facts) for part in self.parts))

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True)
class AnyOf:
    """Holds when one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts, today: date) -> bool:
        """Whether any holds."""
        return any(part.holds(facts, today) for part in self.parts)

    def turning_days(self, facts: Facts) -> frozenset[date]:
        """Those of the parts."""
        return frozenset().union(*(part.turning_days(facts) for part in self.parts))

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


def next_flip(rule: Condition, facts: Facts, today: date) -> date | None:
    """The first day after `today` on which time alone changes whether the rule holds; None when it never does."""
    holds = rule.holds(facts, today)
    ahead = sorted(day for day in rule.turning_days(facts) if day > today)
    return next((day for day in ahead if rule.holds(facts, day) != holds), None)


def facts_of(features: Features, currency: str) -> Facts:
    """What rules see of features in a shop of this currency.

    Orders and their days count in any currency. Money counts in the shop's alone: other amounts are not converted,
    because no rate would be right for all of them.
    """
    spent = sum(stats.spent for stats in features.stats if stats.currency == currency)
    latest = max((stats.last_order_at for stats in features.stats), default=None)
    return Facts(
        orders=sum(stats.orders for stats in features.stats),
        spent=in_major_units(spent, currency),
        registered_on=_day(features.registration.registered_at) if features.registration else None,
        last_order_on=_day(latest) if latest else None,
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
