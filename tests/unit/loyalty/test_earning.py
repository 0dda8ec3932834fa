"""What an order earns, how long it lives, what a refund leaves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.earning.rules import months_after, points_for, taken_back_target
from shared.money import LARGEST_AMOUNT


@pytest.mark.parametrize(
    ("total", "currency", "multiplier", "points"),
    [
        (2933, "USD", "1", 293),  # 293.3
        (2933, "USD", "1.2", 351),  # 351.96: rounded down once, not 293 x 1.2 = 351.6
        (2933, "USD", "1.5", 439),  # 439.95
        (9, "USD", "1", 0),
        (9, "USD", "1.5", 1),
        (500, "JPY", "1", 5000),
        (1500, "BHD", "1", 15),
        (LARGEST_AMOUNT, "USD", "1.5", 150_000_000_000),
    ],
)
def test_points_are_exact_and_rounded_down_once(total: int, currency: str, multiplier: str, points: int) -> None:
    assert points_for(total, currency, points_per_unit=10, multiplier=Decimal(multiplier)) == points


@pytest.mark.parametrize(
    ("earned", "total", "refunded", "target"),
    [(293, 2933, 0, 0), (293, 2933, 2933, 293), (293, 2933, 1, 1), (100, 300, 100, 34), (0, 5, 5, 0), (7, 100, 500, 7)],
)
def test_a_refund_takes_back_in_proportion_and_what_stays_is_rounded_down(
    earned: int, total: int, refunded: int, target: int
) -> None:
    assert taken_back_target(earned, total, refunded) == target


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.lists(st.integers(0, 10**7), min_size=2, max_size=2))
def test_more_refunded_never_takes_back_less_nor_more_than_was_earned(
    earned: int, total: int, refunds: list[int]
) -> None:
    less, more = sorted(refunds)
    assert 0 <= taken_back_target(earned, total, less) <= taken_back_target(earned, total, more) <= earned
    assert taken_back_target(earned, total, total) == earned


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-02-28", 12, "2024-02-28"),
        ("2025-12-15", 1, "2026-01-15"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2025-06-01", 120, "2035-06-01"),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(day: str, months: int, after: str) -> None:
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(after)
