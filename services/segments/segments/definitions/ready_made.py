"""The table of the segments that every shop has."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from segments.definitions.models import Condition, Definition
from segments.definitions.rules import AllOf, AnyOf, DaysSince, Is, Number

# A unit of money is the major unit of the shop's currency: $1,000 in a dollar shop, ¥1,000 in a yen shop.
_SPENT_MUCH: Final = Number("spent", Is.OVER, 1000)
_RECENT_DAYS: Final = 90
_NEW_DAYS: Final = 30


def _all(*parts: Condition) -> AllOf:
    return AllOf(parts)


READY_MADE: Final[Mapping[str, Definition]] = MappingProxyType(
    {
        definition.id: definition
        for definition in (
            Definition(
                "at_risk",
                "At risk",
                "Spent over 1,000 or placed five orders and more, none of them within 90 days",
                _all(
                    AnyOf((_SPENT_MUCH, Number("orders", Is.AT_LEAST, 5))),
                    DaysSince("last_order_on", Is.OVER, _RECENT_DAYS),
                ),
            ),
            Definition(
                "frequent",
                "Frequent buyers",
                "Placed over five orders",
                Number("orders", Is.OVER, 5),
            ),
            Definition(
                "high_value",
                "High value",
                "Spent over 1,000 and ordered within 90 days",
                _all(_SPENT_MUCH, DaysSince("last_order_on", Is.AT_MOST, _RECENT_DAYS)),
            ),
            Definition(
                "new",
                "New customers",
                "Registered within 30 days and placed under three orders",
                _all(DaysSince("registered_on", Is.AT_MOST, _NEW_DAYS), Number("orders", Is.UNDER, 3)),
            ),
            Definition(
                "one_time",
                "One-time buyers",
                "Placed exactly one order, over 30 days ago",
                _all(Number("orders", Is.EXACTLY, 1), DaysSince("last_order_on", Is.OVER, _NEW_DAYS)),
            ),
        )
    }
)
