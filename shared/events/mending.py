"""Mends small faults of foreign events, so that no real order is lost for one of them (docs/decisions/0017).

The models of shared.events.foreign say what is right. Whatever they refuse, and is not essential, is rewritten,
rounded, cut or left out, with a note. Essential are money, currency, ids and times: there a guess would do harm.
"""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import ValidationError

from shared.model import NO_NAME
from shared.money import LARGEST_AMOUNT
from shared.text import cleaned_name

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M")

# Stands for a product whose id was not told, and for the products of lines that were summed.
SOME_PRODUCT: Final = "*"
MOST_PIECES: Final = 1_000_000

_ESSENTIAL: Final = frozenset(
    {
        *("", "order", "order.id", "order.placed_at", "order.currency", "order.total"),
        *("paid_at", "delivered_at", "cancelled_at", "reinstated_at", "edited_at"),
        *("refund", "refund.id", "refund.amount"),
        *("review", "review.id", "review.product_id", "review.posted_at"),
    }
)
# Of a line: the lowest and the highest value.
_BOUNDS: Final = {"quantity": (1, MOST_PIECES), "amount": (0, LARGEST_AMOUNT)}
# A mended field can show a fault of another one: tax and shipping are checked against the total one after the other.
_ROUNDS: Final = 6


class Mend(StrEnum):
    """What was done to a field."""

    REWRITTEN = "rewritten"
    ROUNDED = "rounded"
    CUT = "cut"
    REPLACED = "replaced"
    LEFT_OUT = "left out"
    SUMMED = "summed"


@dataclass(frozen=True)
class Note:
    """What was mended in an order, and how often: `order.lines.*.quantity`, rounded, 3."""

    field: str
    mend: Mend
    count: int = 1


def mended(data: Any, validate: Callable[[Any], M]) -> tuple[M, tuple[Note, ...]]:
    """The valid model of `data`, and notes of what was mended for it. Raises ValidationError for essential faults."""
    found: Counter[tuple[str, Mend]] = Counter()
    for tried in range(_ROUNDS):
        try:
            return validate(data), tuple(Note(*where, count) for where, count in found.items())
        except ValidationError as error:
            if not isinstance(data, dict) or tried == _ROUNDS - 1:
                raise
            data = copy.deepcopy(data)
            # From the last on: what is left out of a list moves those behind it.
            for fault in reversed(error.errors(include_url=False)):
                if (mend := _repair(data, fault)) is None:
                    raise
                found[_path(fault), mend] += 1
    raise AssertionError


def _repair(data: Any, fault: ErrorDetails) -> Mend | None:
    """Mend the field of one fault in place. None if nothing can be done without a guess."""
    path, wrong = _path(fault), fault["input"]
    if repaired := _repaired(path, wrong, fault):
        mend, value = repaired
        _put(data, fault["loc"], value)
        return mend
    if path in _ESSENTIAL or fault["type"] == "missing":
        return None
    _leave_out(data, fault["loc"])
    return Mend.LEFT_OUT


def _repaired(path: str, wrong: Any, fault: ErrorDetails) -> tuple[Mend, Any] | None:
    """The right value in place of the wrong one, if there is any."""
    match path.rpartition(".")[2]:
        case "id" | "product_id" | "order_id" | "checkout_id" if type(wrong) is int:
            return Mend.REWRITTEN, str(wrong)
        case "currency" if isinstance(wrong, str) and wrong != wrong.strip().upper():
            return Mend.REWRITTEN, wrong.strip().upper()
        case "product_id" if path not in _ESSENTIAL:
            return Mend.REPLACED, SOME_PRODUCT
        case "quantity" | "amount" as name if path not in _ESSENTIAL:
            return _rounded(wrong, *_BOUNDS[name])
        case "first_name" | "last_name" | "category":
            return _worded(wrong, fault)
    return None


def _worded(wrong: Any, fault: ErrorDetails) -> tuple[Mend, str] | None:
    """The words cut to their length, or the name without what no name has. None if they are none."""
    if fault["type"] == "string_too_long":
        return Mend.CUT, wrong.strip()[: fault["ctx"]["max_length"]]
    cleaned = cleaned_name(wrong) if fault["type"] == NO_NAME else ""
    return (Mend.REWRITTEN, cleaned) if cleaned else None


def _rounded(wrong: Any, lowest: int, highest: int) -> tuple[Mend, int]:
    """The number rounded up to the next allowed one, or the lowest in place of what is no number."""
    try:
        # Bounded first: the whole number of 1e999999999 would fill the memory.
        return Mend.ROUNDED, math.ceil(max(Decimal(lowest), min(Decimal(str(wrong)), Decimal(highest))))
    except InvalidOperation:
        return Mend.REPLACED, lowest


def _path(fault: ErrorDetails) -> str:
    return ".".join("*" if isinstance(part, int) else part for part in fault["loc"])


def _put(data: Any, where: tuple[int | str, ...], value: Any) -> None:
    _parent(data, where)[where[-1]] = value


def _leave_out(data: Any, where: tuple[int | str, ...]) -> None:
    del _parent(data, where)[where[-1]]


def _parent(data: Any, where: tuple[int | str, ...]) -> Any:
    for part in where[:-1]:
        data = data[part]
    return data
