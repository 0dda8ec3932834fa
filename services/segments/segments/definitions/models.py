"""Segment definitions, and the facts about a customer that their rules read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints

from shared.model import ApiModel

SegmentId = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"), Field(examples=["high_value"], description="Its id")
]


@dataclass(frozen=True)
class Facts:
    """The facts that rules read. Days are UTC days. `spent` is in major units, `orders` counts all currencies."""

    orders: int = 0
    spent: Decimal = Decimal(0)
    registered_on: date | None = None
    last_order_on: date | None = None


class Condition(Protocol):
    """A rule, or a part of one. Its `str` is its exact text, such as `spent > 1000`."""

    def holds(self, facts: Facts, today: date) -> bool:
        """Whether the condition holds on the day `today`."""

    def turning_days(self, facts: Facts) -> frozenset[date]:
        """Every day on which time alone may change the answer from that of the day before."""


@dataclass(frozen=True)
class Definition:
    """A segment with the rule that its members meet."""

    id: str
    name: str
    description: str
    rule: Condition


class SegmentView(ApiModel):
    """A segment. `description` says its rule in words, `rule` exactly; sizes are not kept (page the members)."""

    id: SegmentId
    name: str
    description: str
    rule: str
