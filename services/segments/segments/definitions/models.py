"""What segments are made of."""

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
    """What rules look at. Days are UTC; `spent` is in units of the shop's currency, `orders` counts all currencies."""

    orders: int = 0
    spent: Decimal = Decimal(0)
    registered_on: date | None = None
    last_order_on: date | None = None


class Condition(Protocol):
    """A rule, or a part of one. As text (`str`) it reads as it counts: `spent > 1000`."""

    def holds(self, facts: Facts, today: date) -> bool:
        """Whether it holds on a day."""

    def turning_days(self, facts: Facts) -> frozenset[date]:
        """Every day on which it may hold and did not the day before, or the other way round, by time alone."""


@dataclass(frozen=True)
class Definition:
    """A segment: who belongs to it."""

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
