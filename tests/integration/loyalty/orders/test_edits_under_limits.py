"""What an edit adds to an order counts for the limits on earning, as if the order had been placed so."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from loyalty.orders import usecases as order_usecases
from shared.events.customers import CustomersMerged, OrderRecorded
from shared.items.table import LostRaceError
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    PLACED_AT,
    account,
    entries,
    hear,
    order,
    points,
    registration,
)

Clock = Callable[[str], None]
HUGE: Final = 10_000_000
LIMITS: Final = [{"per_day": 500}, {"per_month": 500}, {"for_ever": 500}, {"per_day": 500, "for_ever": 900}]


@pytest.fixture(autouse=True)
def the_same_day(set_clock: Clock) -> None:
    set_clock("2026-01-31T13:00:00+00:00")
    set_programme(earning={"limits": {"per_day": 500}})


def edited(order_id: str = "A1", customer_id: str = ADA, **facts: Any) -> OrderRecorded:
    return order(order_id, customer_id, edited_at=PLACED_AT, **facts)


@pytest.mark.parametrize("limits", LIMITS)
def test_an_edit_gives_no_more_than_the_limits_leave(limits: dict[str, int]) -> None:
    set_programme(earning={"limits": limits})
    hear(order(total=100), edited(total=HUGE))
    assert points() == [10, 490]
    hear(edited(total=HUGE))
    assert sum(points()) == 500


@pytest.mark.parametrize("limits", LIMITS)
def test_what_an_edit_gave_is_used_up_for_other_orders(limits: dict[str, int]) -> None:
    set_programme(earning={"limits": limits})
    hear(order(total=100), edited(total=4_000), order("A2", total=HUGE))
    assert points() == [10, 390, 100]
    hear(edited(total=HUGE))
    assert sum(points()) == 500


def test_what_other_orders_used_up_is_not_there_for_an_edit() -> None:
    hear(order(total=100), order("A2", total=4_500), edited(total=HUGE))
    assert points() == [10, 450, 40]
    hear(edited("A2", total=HUGE))
    assert sum(points()) == 500


TOLD: Final = [
    order(total=100),
    edited(total=HUGE),
    edited(total=HUGE, refunded=HUGE // 2),
]


@pytest.mark.parametrize("turns", list(itertools.permutations(range(3))))
def test_any_order_of_arrival_leaves_the_same_points(turns: tuple[int, ...]) -> None:
    for turn in turns:
        hear(TOLD[turn], TOLD[turn], version=turn + 1)
    assert sum(points()) == 250
    hear(order("A2", total=HUGE))
    assert sum(points()) == 250
    entries()


def test_a_refund_makes_no_new_room_and_a_reinstatement_needs_none() -> None:
    hear(order(total=100), edited(total=HUGE), edited(total=HUGE, cancelled_at=PLACED_AT), order("A2", total=HUGE))
    assert sum(points()) == 0
    hear(edited(total=HUGE, reinstated_at=PLACED_AT))
    assert sum(points()) == 500


def test_an_edit_down_and_up_again_needs_no_new_room() -> None:
    hear(order(total=5_000), edited(total=1_000))
    assert sum(points()) == 100
    hear(order("A2", total=HUGE))
    hear(order("A1", total=6_000, edited_at=PLACED_AT + timedelta(minutes=1)))
    assert sum(points()) == 500


def test_without_a_limit_an_edit_gives_all() -> None:
    set_programme()
    hear(order(total=100), edited(total=HUGE))
    assert points() == [10, 999_990]
    assert account().quota is None


def test_a_limit_that_comes_later_takes_nothing_with_a_refund() -> None:
    set_programme()
    hear(order(total=100), edited(total=10_000))
    set_programme(earning={"limits": {"per_day": 5, "for_ever": 5}})
    hear(edited(total=10_000, refunded=1_000))
    assert sum(points()) == 900


def test_a_limit_that_goes_later_gives_nothing_with_a_refund(set_clock: Clock) -> None:
    hear(order(total=100), edited(total=HUGE))
    set_programme()
    set_clock("2026-04-01T12:00:00+00:00")
    hear(edited(total=HUGE, refunded=HUGE // 10))
    assert sum(points()) == 450


@pytest.mark.parametrize(
    ("day", "limits", "left"),
    [
        ("2026-02-20", {"per_day": 500}, 500),
        ("2026-04-01", {"per_day": 500}, 10),
        ("2026-04-01", {"per_month": 500}, 10),
        ("2026-04-01", {"for_ever": 500}, 500),
    ],
)
def test_once_its_day_is_not_kept_any_more_an_edit_gives_what_the_order_had(
    set_clock: Clock, day: str, limits: dict[str, int], left: int
) -> None:
    set_programme(earning={"limits": limits})
    hear(order(total=100))
    set_clock(f"{day}T12:00:00+00:00")
    hear(edited(total=HUGE))
    assert sum(points()) == left


def test_an_edit_counts_on_the_day_of_its_order(set_clock: Clock) -> None:
    hear(order(total=100))
    set_clock("2026-02-10T12:00:00+00:00")
    hear(edited(total=HUGE))
    today = PLACED_AT.replace(month=2, day=10)
    hear(order("A2", total=HUGE, placed_at=today, paid_at=today))
    assert points() == [10, 490, 500]


def test_an_edit_of_a_merged_customers_order_is_limited_by_what_both_had() -> None:
    hear(registration(BOB), registration(), order(total=100), order("B1", BOB, total=4_000))
    hear(CustomersMerged(customer_id=BOB, merged_id=ADA, merged_at=PLACED_AT))
    hear(edited(total=HUGE))
    assert account(BOB).balance == 500


def test_an_edit_that_dies_or_loses_a_race_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(order(total=100))
    commit, fails = order_usecases.commit, [RuntimeError(), LostRaceError()]

    def late(*writes: Any) -> None:
        if fails:
            raise fails.pop(0)
        commit(*writes)

    monkeypatch.setattr(order_usecases, "commit", late)
    assert hear(edited(total=3_000), version=10**6) == 1
    assert hear(edited(total=3_000), version=10**6) == 0
    assert points() == [10, 290]
    hear(order("A2", total=HUGE))
    assert points() == [10, 290, 200]


def test_orders_repriced_by_tier_keep_to_the_limit() -> None:
    rungs = [{"tier": "bronze", "threshold": 0}, {"tier": "gold", "threshold": 1_000, "multiplier": "2"}]
    set_programme(earning={"limits": {"per_day": 2_000}}, tiers={"rungs": rungs})
    hear(order("A0", total=10_000), order(total=100), edited(total=HUGE))
    assert points() == [1_000, 20, 980]
    hear(order("A0", total=10_000, cancelled_at=PLACED_AT))
    assert sum(points()) == 1_000
    hear(order("A0", total=10_000, reinstated_at=PLACED_AT))
    assert sum(points()) == 2_000
