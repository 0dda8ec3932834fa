"""The lines of an order, of which an event holds so many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from shared.events.foreign import MOST_LINES, OrderLine
from shared.events.mending import MOST_PIECES, SOME_PRODUCT
from shared.money import LARGEST_AMOUNT

# OrderRecorded carries the lines, and EventBridge takes 256 KB for an event. The rest of the event stays under 2 KB.
LARGEST_LINES: Final = 200 * 1024
# An id and a category of 64 characters each, all outside ASCII, with their names and numbers.
_LARGEST_LINE: Final = 2 * 1024


def fitting(lines: Sequence[OrderLine]) -> tuple[OrderLine, ...]:
    """The lines. If they are too many, or too large for an event, the last of them are summed into one."""
    number = _number_that_fits(lines)
    return (*lines[:number], _sum(lines[number:])) if number < len(lines) else tuple(lines)


def size_of(lines: Sequence[OrderLine]) -> int:
    """The bytes of the lines in an event."""
    return len(json.dumps([line.model_dump(mode="json") for line in lines]))


def _number_that_fits(lines: Sequence[OrderLine]) -> int:
    if len(lines) * _LARGEST_LINE <= LARGEST_LINES:
        return len(lines)  # nobody need measure the few lines of most orders
    if len(lines) <= MOST_LINES and size_of(lines) <= LARGEST_LINES:
        return len(lines)
    sizes = accumulate(size_of([line]) for line in lines[: MOST_LINES - 1])
    return sum(size <= LARGEST_LINES - _LARGEST_LINE for size in sizes)


def _sum(lines: Sequence[OrderLine]) -> OrderLine:
    categories = {line.category for line in lines}
    return OrderLine(
        product_id=SOME_PRODUCT,
        category=categories.pop() if len(categories) == 1 else None,
        quantity=min(sum(line.quantity for line in lines), MOST_PIECES),
        amount=min(sum(line.amount for line in lines), LARGEST_AMOUNT),
    )
