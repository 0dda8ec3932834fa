"""The conditions of segments, and the days on which time alone changes their answers.

Times are compared as UTC days. So an answer stays the same all day and changes at midnight, and a daily look finds
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
    """The comparison of a value to a bound."""

    OVER = ">"
    AT_LEAST = ">="
    UNDER = "<"
    AT_MOST = "<="
    EXACTLY = "="

    def true_of(self, value: Decimal | int, bound: int) -> bool:
        """Whether `value` and `bound` compare in this way."""
        if self is Is.EXACTLY:
            return value == bound
        above, below = value > bound, value < bound
        return {Is.OVER: above, Is.AT_LEAST: not below, Is.UNDER: below, Is.AT_MOST: not above}[self]


@dataclass(frozen=True)
class Number:
    """Compares one of the customer's numbers to a bound. Money is in major units of the shop's currency."""

    feature: Literal["orders", "spent"]
    compares: Is
    bound: int

    def holds(self, facts: Facts, today: date) -> bool:  # noqa: ARG002  # the day is the other conditions'
        return self.compares.true_of(getattr(facts, self.feature), self.bound)

    def turning_days(self, facts: Facts) -> frozenset[date]:  # noqa: ARG002
        """Empty: time alone changes no number."""
        return frozenset()

    def __str__(self) -> str:
        return f"{self.feature} {self.compares} {self.bound}"


@dataclass(frozen=True)
class DaysSince:
    """Compares the whole days since an occasion to a bound. Does not hold if there was no such occasion."""

    feature: Literal["registered_on", "last_order_on"]
    compares: Is
    bound: int

    def holds(self, facts: Facts, today: date) -> bool:
        """Whether the condition holds. By another system's clock the occasion may lie ahead: its days are negative."""
        day: date | None = getattr(facts, self.feature)
        return day is not None and self.compares.true_of((today - day).days, self.bound)

    def turning_days(self, facts: Facts) -> frozenset[date]:
        """The day on which the bound is reached, and the day after it."""
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
        return all(part.holds(facts, today) for part in self.parts)

    def turning_days(self, facts: Facts) -> frozenset[date]:
        return frozenset().union(*(part.turning_days(facts) for part in self.parts))

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True)
class AnyOf:
    """Holds when one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Facts, today: date) -> bool:
        return any(part.holds(facts, today) for part in self.parts)

    def turning_days(self, facts: Facts) -> frozenset[date]:
        return frozenset().union(*(part.turning_days(facts) for part in self.parts))

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts)


def next_flip(rule: Condition, facts: Facts, today: date) -> date | None:
    """The first day after `today` on which time alone changes the rule's answer, or None if there is no such day."""
    holds = rule.holds(facts, today)
    ahead = sorted(day for day in rule.turning_days(facts) if day > today)
    return next((day for day in ahead if rule.holds(facts, day) != holds), None)


def facts_of(features: Features, currency: str) -> Facts:
    """The facts that rules read, from the features, in a shop with this currency.

    Orders and their days count in any currency. Money counts in the shop's currency alone. Other amounts are not
    converted, because no rate would be right for all of them.
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
