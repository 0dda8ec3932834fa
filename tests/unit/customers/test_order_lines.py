"""How many of an order's lines fit into an event, and what is noted of the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from customers.orders import rules
from customers.orders.lines import fitting, size_of
from customers.orders.rules import Change
from shared.events.foreign import OrderLine
from shared.events.mending import SOME_PRODUCT, Mend, Note
from tests.harness.orders import NOON, order

# What EventBridge takes, less 56 KB for what else is in the event.
MOST_BYTES = 204_800


def lines_of(number: int, size: int) -> list[OrderLine]:
    """So many lines, which have so many bytes together; the last are the longer ones."""
    each, longer = divmod(size - 2 * number, number)
    lines = [line_of(each + (index >= number - longer)) for index in range(number)]
    assert size_of(lines) == size
    return lines


def line_of(size: int) -> OrderLine:
    wide, narrow = divmod(size - 63, 12)
    text = "🎁" * wide + "x" * narrow
    return OrderLine(product_id="p" + text[:63], category=text[63:], quantity=2, amount=3)


@pytest.mark.parametrize(
    ("number", "size", "own"),
    [
        (0, 2, 0),
        (100, 100_000, 100),
        (200, 100_000, 200),
        (200, MOST_BYTES, 200),
        # A line of 2 KB has room behind them, for the sum of the others.
        (200, MOST_BYTES + 1, 198),
        (201, 100_000, 199),
    ],
)
def test_lines_that_are_too_many_or_too_large_for_an_event_are_summed(number: int, size: int, own: int) -> None:
    lines = lines_of(number, size) if number else []
    fitted = fitting(lines)
    others = number - own
    assert fitted[:own] == tuple(lines[:own])
    sums = [(line.product_id, line.quantity, line.amount) for line in fitted[own:]]
    assert sums == ([(SOME_PRODUCT, 2 * others, 3 * others)] if others else [])
    assert size_of(fitted) <= MOST_BYTES


ONE = Note("order.tax", Mend.CUT)
LATE = Note("paid_at", Mend.REPLACED)


@pytest.mark.parametrize(
    ("number", "change", "notes"),
    [
        (1, Change(), ()),
        (200, Change(paid_at=NOON), ()),
        (1, Change(paid_at=NOON - timedelta(seconds=1)), (LATE,)),
        # The first 199 stay, and four become one.
        (203, Change(notes=(ONE,)), (ONE, Note("order.lines", Mend.SUMMED, 4))),
    ],
)
def test_lines_that_are_summed_and_a_payment_before_its_order_are_noted(
    number: int, change: Change, notes: tuple[Note, ...]
) -> None:
    assert rules.notes_of(order(lines=lines_of(number, 100 * number)), change) == notes
