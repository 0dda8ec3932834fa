"""The points of an order follow its edits, in proportion to the money that stays."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from shared.events.customers import OrderRecorded
from tests.harness.heard import house_event
from tests.integration.loyalty.shop import PLACED_AT, account, entries, hear, order, points, stage
from tests.integration.loyalty.spending import redeem


def edited(order_id: str = "A1", **facts: Any) -> OrderRecorded:
    return order(order_id, edited_at=PLACED_AT, **facts)


def test_a_lower_total_takes_points_back() -> None:
    hear(order(total=10_000), edited(total=7_000))
    assert points() == [1000, -300]
    assert [entry.entry_kind for entry in entries()] == ["earned", "reversed"]


def test_a_higher_total_gives_more() -> None:
    hear(order(total=10_000), edited(total=15_000))
    assert points() == [1000, 500]
    assert account().balances.vector.available == 1500


@pytest.mark.parametrize(
    ("last", "left"),
    [
        ({"refunded": 7_500}, 750),
        ({"refunded": 15_000}, 0),
        ({"cancelled_at": PLACED_AT}, 0),
        ({"total": 5_000}, 500),
        ({"total": 0}, 0),
        ({"total": 20_000, "refunded": 5_000}, 1500),
    ],
)
def test_what_comes_after_an_edit_counts_from_the_new_total(last: dict[str, Any], left: int) -> None:
    hear(order(total=10_000), edited(total=15_000), edited(**{"total": 15_000} | last))
    assert sum(points()) == left
    hear(edited(total=15_000, reinstated_at=PLACED_AT))
    assert sum(points()) == 1500


@pytest.mark.parametrize("turns", list(itertools.permutations(range(3))))
def test_any_order_of_arrival_leaves_the_same_points(turns: tuple[int, ...]) -> None:
    told = [order(total=10_000), edited(total=12_000), edited(total=12_000, refunded=3_000)]
    for turn in turns:
        hear(told[turn], version=turn + 1)
    hear(*told)
    assert sum(points()) == 900


def test_an_order_that_an_edit_made_free_earns_nothing_by_a_payment_told_late() -> None:
    hear(edited(total=0), version=3)
    hear(edited(total=10_000), version=2)
    assert points() == []
    hear(edited(total=5_000), version=4)
    assert points() == [500]


def test_a_payment_before_the_edit_that_made_the_order_free_earns_nothing_however_late(
    set_clock: Callable[[str], None],
) -> None:
    set_clock("2026-11-21T12:00:00+00:00")
    paid = house_event(order(total=10_000), version=2)
    set_clock("2026-11-21T12:00:11+00:00")
    hear(edited(total=0), version=3)
    stage.hear(paid)
    assert points() == []


def test_an_order_edited_before_it_earned_earns_by_its_new_total() -> None:
    hear(order(total=10_000, paid_at=None), edited(total=7_000, paid_at=None), edited(total=7_000))
    assert points() == [700]


def test_an_edit_gives_no_spent_points_back_and_a_later_refund_its_share() -> None:
    hear(order("A0", total=100_000), order(total=10_000))
    assert redeem(400, order_id="A1").status == 201
    hear(edited(total=5_000))
    assert sum(points()) == 10_000 - 400 + 750
    hear(edited(total=5_000, refunded=2_500))
    assert sum(points()) == 10_000 - 200 + 375
    assert redeem(100, order_id="A1", key="r2").status == 201
    assert sum(points()) == 10_000 - 200 + 375 - 50


@pytest.mark.parametrize(
    ("last", "left"),
    [
        ({}, 1500),
        # The refund says that it is of the shipping, which earned nothing; or it says nothing, and is of goods.
        ({"refunded": 1_000, "refunded_shipping": 1_000}, 1500),
        ({"refunded": 1_500}, 1350),
        ({"refunded": 16_000}, 0),
        # The new shipping costs more and earns no more.
        ({"total": 17_000, "shipping": 2_000}, 1500),
    ],
)
def test_points_follow_the_goods_of_an_edited_order(last: dict[str, Any], left: int) -> None:
    bought: dict[str, Any] = {"total": 11_000, "shipping": 1_000}
    larger = bought | {"total": 16_000}
    hear(order(**bought), edited(**larger), edited(**larger | last))
    assert sum(points()) == left


@pytest.mark.parametrize(
    ("last", "moved"),
    [
        # A higher total with fewer goods, and a lower one with more.
        ({"total": 12_000, "shipping": 4_000}, -200),
        ({"total": 10_500, "shipping": 0}, 50),
        # The same total with fewer goods, and with more.
        ({"total": 11_000, "shipping": 6_000}, -500),
        ({"total": 11_000, "shipping": 0}, 100),
        # The points decide whatever the refunds say.
        ({"total": 13_000, "shipping": 4_000, "refunded": 1_000, "refunded_shipping": 1_000}, -100),
    ],
)
def test_goods_and_not_the_total_say_whether_points_come_or_go(last: dict[str, Any], moved: int) -> None:
    bought: dict[str, Any] = {"total": 11_000, "shipping": 1_000}
    hear(order(**bought), edited(**bought | last))
    assert points() == [1000, moved]
    assert [entry.entry_kind for entry in entries()] == ["earned", "reversed" if moved < 0 else "reinstated"]
    hear(edited(**bought | last, cancelled_at=PLACED_AT), edited(**bought | last, reinstated_at=PLACED_AT))
    assert sum(points()) == 1000 + moved


def test_fewer_goods_in_a_higher_total_are_owed_once_they_are_spent() -> None:
    hear(order(total=11_000, shipping=1_000))
    assert redeem(1_000, order_id="P").status == 201
    hear(edited(total=12_000, shipping=4_000))
    assert (account().balance, account().owed) == (-200, 200)
