"""The points that an account earned so far, where the programme limits earning."""

from __future__ import annotations

from datetime import date

import pytest

from loyalty.earning.quota import Quota, StoredQuota
from loyalty.programme.sections import Limits

TODAY = date(2026, 2, 10)


@pytest.mark.parametrize(
    ("stored", "counts"),
    [
        (None, (0, 0, 0)),
        (("2026-02-10", 10, 20, 30), (10, 20, 30)),
        (("2026-02-09", 10, 20, 30), (0, 20, 30)),
        (("2026-01-10", 10, 20, 30), (0, 0, 30)),
        (("2025-02-10", 10, 20, 30), (0, 0, 30)),
    ],
)
def test_a_day_and_a_month_begin_anew(stored: StoredQuota | None, counts: tuple[int, int, int]) -> None:
    assert Quota.of(stored, TODAY) == Quota(TODAY, *counts)


@pytest.mark.parametrize(
    ("limits", "left", "stored"),
    [
        (Limits(), None, None),
        (Limits(per_day=15), 5, ("2026-02-10", 14, 24, 34)),
        (Limits(per_month=26), 6, ("2026-02-10", 14, 24, 34)),
        (Limits(for_ever=37), 7, ("2026-02-10", 14, 24, 34)),
    ],
)
def test_what_is_earned_is_kept_where_there_is_a_limit(
    limits: Limits, left: int | None, stored: StoredQuota | None
) -> None:
    quota = Quota(TODAY, 10, 20, 30)
    assert (quota.left(limits), quota.used(4, limits)) == (left, stored)


def test_somebody_new_has_the_whole_limit() -> None:
    limits = Limits(per_day=5, per_month=6, for_ever=7)
    assert (Quota(TODAY).left(limits), Quota(TODAY).used(0, limits)) == (5, ("2026-02-10", 0, 0, 0))
