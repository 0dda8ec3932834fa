"""The sample file becomes orders without a cent lost."""

from __future__ import annotations

from datetime import date

import pytest

from infra.replay.expected import STYLES, alive, points_of, tier_of, year_after
from infra.replay.sample import Currency, read_purchases

TODAY = date(2026, 11, 22)


def test_the_whole_file_is_read() -> None:
    purchases = read_purchases(None, TODAY)
    assert len(purchases) == 6919
    assert len({purchase.buyer for purchase in purchases}) == 2357
    assert sum(purchase.amount for purchase in purchases) == 24_409_194
    assert len({purchase.order_id for purchase in purchases}) == 6919


def test_three_hundred_customers_bought_924_times_and_last_yesterday() -> None:
    purchases = read_purchases(300, TODAY)
    assert len(purchases) == 924
    assert sum(purchase.amount for purchase in purchases) == 3_130_162
    assert purchases[-1].placed_at.date() == date(2026, 11, 21)
    assert purchases == sorted(purchases, key=lambda purchase: purchase.placed_at)


@pytest.mark.parametrize(
    ("code", "first", "total"), [("USD", 29_33, 24_409_194), ("GBP", 29_33, 24_409_194), ("KWD", 29_330, 244_091_940)]
)
def test_the_files_dollars_become_units_of_the_currency(code: str, first: int, total: int) -> None:
    purchases = read_purchases(None, TODAY, Currency.of(code))
    by_id = {purchase.order_id: purchase for purchase in purchases}
    assert by_id["cdnow-0001-19970101-1"].amount == first
    assert sum(purchase.amount for purchase in purchases) == total
    assert {purchase.currency.code for purchase in purchases} == {code}


def test_a_yen_has_no_parts() -> None:
    yen, dollars = (read_purchases(None, TODAY, Currency.of(code)) for code in ("JPY", "USD"))
    assert [purchase.amount for purchase in yen] == [purchase.amount // 100 for purchase in dollars]


@pytest.mark.parametrize("code", ["GBp", "XAU", "XXX", "ABC", ""])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code} is not the ISO 4217 code"):
        Currency.of(code)


@pytest.mark.parametrize("unit", [1, 100, 1_000])
def test_points_are_for_units_of_money_whatever_their_minor_unit(unit: int) -> None:
    orders = [(100 * unit, False), (11 * unit, True), (400 * unit, False)]
    assert points_of(orders, STYLES["classic"], unit) == [1_000, 132, 4_800]
    assert points_of(orders, STYLES["ladder"], unit) == [100, 22, 400]


def test_two_purchases_of_one_day_are_two_orders() -> None:
    ids = [purchase.order_id for purchase in read_purchases(None, TODAY) if purchase.order_id.endswith("-2")]
    assert len(ids) == 177
    assert "cdnow-0001-19970101-1" in {purchase.order_id for purchase in read_purchases(1, TODAY)}


def test_points_follow_the_tier_held_before_each_order() -> None:
    # $100 gives 1,000 as bronze; the next $10.05 gives 120.6 as silver, rounded down; $400 reaches gold for the last.
    classic = STYLES["classic"]
    orders = [(10_000, False), (1_005, True), (40_000, False), (100, False)]
    assert points_of(orders, classic) == [1_000, 120, 4_800, 15]
    assert [tier_of(points, classic) for points in (0, 999, 1_000, 4_999, 5_000)] == [
        "bronze",
        "bronze",
        "silver",
        "silver",
        "gold",
    ]


def test_the_ladder_gives_twice_as_much_in_the_month_of_birth() -> None:
    # $400.50 gives 400; $50 in the month of birth 100, and silver; $10.99 then 16.485, rounded down.
    assert points_of([(40_050, False), (5_000, True), (1_099, False)], STYLES["ladder"]) == [400, 100, 16]


def test_points_live_through_the_months_end_a_year_later() -> None:
    assert alive(date(2025, 11, 1), TODAY)
    assert not alive(date(2025, 10, 31), TODAY)
    assert year_after(date(2024, 2, 29)) == date(2025, 2, 28)
