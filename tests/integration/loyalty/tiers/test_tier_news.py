"""Who is told of a tier: whoever reaches it by something new, once in a while, and nobody by a detour or an import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from loyalty.orders import usecases as orders
from shared import clock
from shared.events.customers import CustomersMerged, OrderStatus
from shared.events.loyalty import TierChanged
from tests.harness.interruptions import after_first, crash_at
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    erasure,
    expire,
    hear,
    order,
    registration,
    stage,
    told_of,
)

Clock = Callable[[str], None]
NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
SILVER, GOLD = 10_000, 50_000


@pytest.fixture(autouse=True)
def february(set_clock: Clock) -> None:
    set_clock(NOW.isoformat())


def bought(order_id: str, total: int, *, ago: timedelta = timedelta(), customer_id: str = ADA, **facts: Any) -> int:
    """An order is paid so long ago, and told now; how many events failed."""
    at = clock.now() - ago
    return hear(order(order_id, customer_id, total=total, placed_at=at, paid_at=at, **facts))


def returned(order_id: str, total: int, **facts: Any) -> int:
    return hear(order(order_id, total=total, refunded=total, status=OrderStatus.REFUNDED, **facts))


def moves(customer_id: str = ADA) -> list[tuple[str, bool | None, bool]]:
    """The tier, whether it is higher, and whether the customer is told: of each change, oldest first."""
    told = [event for event in stage.told_of(TierChanged) if event.customer_id == customer_id]
    return [(change.new, change.rises, change.notify) for change in told]


def test_each_tier_that_an_order_reaches_is_told_of() -> None:
    bought("A1", SILVER)
    bought("A2", GOLD)
    assert moves() == [("silver", True, True), ("gold", True, True)]
    assert account().tiers_told == {"silver": NOW.date(), "gold": NOW.date()}


def test_tiers_that_one_order_leaps_over_are_not_told_of() -> None:
    bought("A1", GOLD)
    assert moves() == [("gold", True, True)]


def test_a_tier_that_is_lost_is_not_told_of() -> None:
    bought("A1", SILVER)
    returned("A1", SILVER)
    assert moves() == [("silver", True, True), ("bronze", False, False)]


def test_a_refund_and_its_reversal_are_told_of_once(set_clock: Clock) -> None:
    bought("A1", SILVER)
    for minute in range(1, 6, 2):
        set_clock(f"2026-02-11T12:0{minute}:00Z")
        returned("A1", SILVER)
        set_clock(f"2026-02-11T12:0{minute + 1}:00Z")
        hear(order("A1", total=SILVER, reinstated_at=clock.now()))
    assert account().tier == "silver"
    assert [told for _, _, told in moves()] == [True] + [False] * 6


def test_who_buys_and_returns_all_day_is_told_once_of_each_tier() -> None:
    for number in range(4):
        bought(f"A{number}", GOLD)
        returned(f"A{number}", GOLD)
    bought("S", SILVER)
    assert [move for move in moves() if move[2]] == [("gold", True, True), ("silver", True, True)]


@pytest.mark.parametrize(("days", "is_told"), [(179, False), (180, True)])
def test_a_tier_that_is_reached_again_half_a_year_later_is_told_of_again(
    set_clock: Clock, days: int, *, is_told: bool
) -> None:
    bought("A1", SILVER)
    returned("A1", SILVER)
    set_clock((NOW + timedelta(days=days)).isoformat())
    bought("A2", SILVER)
    assert moves()[-1] == ("silver", True, is_told)


@pytest.mark.parametrize(("ago", "is_told"), [(timedelta(days=3), True), (timedelta(days=3, seconds=1), False)])
def test_an_order_that_is_told_late_is_no_news(ago: timedelta, *, is_told: bool) -> None:
    bought("A1", SILVER, ago=ago)
    assert (account().tier, moves()) == ("silver", [("silver", True, is_told)])


def test_an_import_of_years_of_orders_tells_nobody_and_the_next_order_does() -> None:
    for number in range(20):
        bought(f"A{number}", 2_000, ago=timedelta(days=900 - 40 * number))
        bought(f"B{number}", SILVER, ago=timedelta(days=900 - 40 * number), customer_id=BOB)
    assert account().tier == "silver"
    assert not any(told for _, _, told in moves() + moves(BOB))
    bought("A-now", GOLD)
    assert moves()[-1] == ("gold", True, True)


def test_what_was_placed_long_ago_and_is_paid_now_is_news() -> None:
    hear(order("A1", total=SILVER, placed_at=NOW - timedelta(days=20), paid_at=NOW))
    assert moves() == [("silver", True, True)]


def test_an_order_that_is_heard_of_once_it_is_returned_tells_of_no_tier() -> None:
    bought("A1", GOLD, refunded=GOLD, status=OrderStatus.REFUNDED)
    assert moves() == [("gold", True, False), ("bronze", False, False)]


def test_an_edit_that_reaches_a_tier_is_told_of_while_it_is_news() -> None:
    bought("A1", 5_000, ago=timedelta(days=20))
    facts: dict[str, Any] = {"placed_at": NOW - timedelta(days=20), "paid_at": NOW - timedelta(days=20)}
    hear(order("A1", total=SILVER, edited_at=NOW, **facts))
    bought("B1", 5_000, ago=timedelta(days=20), customer_id=BOB)
    hear(order("B1", BOB, total=SILVER, edited_at=NOW - timedelta(days=10), **facts))
    assert (moves(), moves(BOB)) == ([("silver", True, True)], [("silver", True, False)])


def test_a_merge_tells_of_no_tier_nor_does_the_next_order() -> None:
    bought("A1", 6_000)
    bought("B1", 6_000, customer_id=BOB)
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=NOW))
    bought("A2", 1_000)
    assert moves() == [("silver", True, False)]


def test_who_was_told_before_a_merge_is_not_told_after_it(set_clock: Clock) -> None:
    bought("B1", SILVER, customer_id=BOB)
    set_clock("2026-02-12T12:00:00Z")
    bought("A1", GOLD)
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=NOW))
    assert account().tiers_told == {"silver": date(2026, 2, 10), "gold": date(2026, 2, 12)}
    returned("A1", GOLD)
    returned("B1", SILVER)
    assert account().tier == "bronze"
    bought("A2", GOLD)
    assert [told for _, _, told in moves()] == [True, False, False, False]


def test_lower_thresholds_move_nobody_by_a_mail_of_their_own(set_clock: Clock) -> None:
    bought("A1", SILVER)
    rungs = [{"tier": "bronze", "threshold": 0}, {"tier": "silver", "threshold": 10}, {"tier": "gold", "threshold": 20}]
    set_programme(tiers={"window": "calendar_year", "rungs": rungs})
    set_clock("2026-03-01T00:30:00Z")
    bought("A2", 1_000, ago=timedelta(days=10))
    expire()
    assert moves() == [("silver", True, True), ("gold", True, False)]


def test_a_shop_can_keep_silent_about_tiers() -> None:
    set_programme(tiers={"announce": False})
    bought("A1", SILVER)
    assert (moves(), account().tiers_told) == ([("silver", True, False)], None)
    set_programme()
    bought("A2", GOLD)
    assert moves()[-1] == ("gold", True, True)


def test_the_programme_knows_which_tier_is_higher() -> None:
    rungs = [{"tier": "silver", "threshold": 0}, {"tier": "gold", "threshold": 100}]
    set_programme(tiers={"rungs": rungs})
    bought("A1", 2_933)
    assert moves() == [("gold", True, True)]


def test_a_crash_at_any_write_and_copies_tell_of_a_tier_once() -> None:
    event, write = order("A1", total=SILVER, placed_at=NOW, paid_at=NOW), 1
    while crash_at(write, lambda: hear(event, version=1)):
        write += 1
    assert write > 1
    hear(event, event, version=1)
    assert moves() == [("silver", True, True)]


def test_of_two_orders_at_once_that_reach_a_tier_one_tells_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    after_first(monkeypatch, orders, "load_for_posting", lambda: bought("A1", SILVER))
    bought("A2", SILVER)
    assert len(told_of("PointsEarned")) == 2
    assert moves() == [("silver", True, True)]


def test_an_erasure_forgets_what_was_told_and_tells_of_no_tier() -> None:
    hear(registration())
    bought("A1", GOLD)
    hear(erasure())
    assert account().tiers_told is None
    assert [move for move in moves() if move[2]] == [("gold", True, True)]


def test_what_an_earlier_release_stored_says_neither_a_rise_nor_a_notice() -> None:
    bought("A1", SILVER)
    stored = stage.items()
    for item in stored:
        for told in item.get("events", {"L": []})["L"]:
            told["M"].pop("about", None)
    stage.empty(stored)
    assert told_of("TierChanged") == [
        {"customer_id": ADA, "old": "bronze", "new": "silver", "rises": None, "notify": False, "name": "Silver"}
    ]
