"""What stays of an order's points where whole steps of money earn, parts of a point, or some goods nothing."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from shared.events.foreign import OrderLine
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import PLACED_AT, entries, hear, order, points

# One point for each 100 yen of the goods, and none for gift cards.
BY_STEPS = {"earning": {"points_per_unit": 1, "step": 100}}
GIFTS = {"earning": {"multipliers": [{"name": "gift-cards", "factor": 0, "categories": ["gift"]}]}}


def lines(**amounts: int) -> list[OrderLine]:
    """Lines by category."""
    return [OrderLine(product_id=name, category=name, quantity=1, amount=amount) for name, amount in amounts.items()]


@pytest.mark.parametrize(("refunded", "left"), [(1, 2), (50, 2), (51, 1), (150, 1), (151, 0), (250, 0)], ids=str)
def test_a_refund_leaves_the_points_of_the_whole_steps_that_stay(refunded: int, left: int) -> None:
    set_programme(**BY_STEPS)
    hear(order(total=250), order(total=250, refunded=refunded))
    assert sum(points()) == left


@pytest.mark.parametrize("turns", list(itertools.permutations(range(4))))
def test_refunds_of_steps_end_at_the_same_points_in_any_order(turns: tuple[int, ...]) -> None:
    set_programme(**BY_STEPS)
    told = [order(total=999, refunded=money) for money in (0, 100, 350, 420)]
    for turn in turns:
        hear(told[turn], version=turn + 1)
    hear(*told)
    assert sum(points()) == 5


def test_steps_are_those_of_the_version_that_the_order_earned_under() -> None:
    set_programme(**BY_STEPS)
    hear(order(total=250))
    set_programme(earning={"points_per_unit": 1, "step": 200})
    hear(order(total=250, refunded=50))
    assert sum(points()) == 2
    hear(order(total=250, refunded=60))
    assert sum(points()) == 1


def test_an_edit_gives_the_points_of_the_whole_steps_of_the_new_total() -> None:
    set_programme(**BY_STEPS)
    hear(order(total=250), order(total=399, edited_at=PLACED_AT))
    assert sum(points()) == 3
    hear(order(total=199, edited_at=PLACED_AT))
    assert sum(points()) == 1


def test_steps_count_what_the_discount_was_taken_from() -> None:
    set_programme(earning={"points_per_unit": 1, "step": 100, "discounts": "before"})
    facts: dict[str, Any] = {"total": 150, "discount": 100}
    hear(order(**facts), order(refunded=50, **facts))
    # Two thirds of the 250 are one step.
    assert points() == [2, -1]


def test_returning_what_earned_keeps_nothing_for_the_gift_card() -> None:
    set_programme(**GIFTS)
    facts: dict[str, Any] = {"total": 20_000, "lines": lines(mug=10_000, gift=10_000)}
    hear(order(**facts), order(refunded=10_000, **facts))
    assert points() == [1_000, -1_000]
    assert [entries()[0].fact(name) for name in ("earning", "left_out", "steps")] == [10_000, 10_000, None]


@pytest.mark.parametrize(
    ("last", "left"),
    [
        ({"mug": 20_000}, 2_000),
        ({"mug": 5_000, "gift": 15_000}, 500),
        ({"gift": 20_000}, 0),
        ({"mug": 20_000, "gift": 20_000}, 2_000),
        ({"mug": 5_000, "gift": 5_000}, 500),
    ],
)
def test_an_edit_says_anew_which_goods_earn_nothing(last: dict[str, int], left: int) -> None:
    set_programme(**GIFTS)
    hear(order(total=20_000, lines=lines(mug=10_000, gift=10_000)))
    hear(order(total=sum(last.values()), lines=lines(**last), edited_at=PLACED_AT))
    assert sum(points()) == left


def test_parts_of_a_point_stay_in_proportion() -> None:
    set_programme(currency="JPY", earning={"points_per_unit": "0.01"})
    facts: dict[str, Any] = {"total": 250, "currency": "JPY"}
    hear(order(**facts), order(refunded=50, **facts))
    assert points() == [2, -1]


def test_an_order_that_earned_before_there_were_steps_stays_in_proportion() -> None:
    hear(order(total=250))
    set_programme(**BY_STEPS)
    hear(order(total=250, refunded=50))
    assert points() == [25, -5]
