"""What a refund leaves of what an order earned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.orders.rules import taken_back_target


@pytest.mark.parametrize(
    ("earned", "total", "refunded", "target"),
    [
        (293, 2933, 0, 0),
        (293, 2933, 2933, 293),
        (293, 2933, 1, 1),
        (100, 300, 100, 34),
        (0, 5, 5, 0),
        (7, 100, 500, 7),
        (7, 0, 0, 7),
    ],
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
