"""What the programme's settings mean for an account of points."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from loyalty.ledger.due_dates import Watch
from loyalty.points.rules import fills_debt, is_past_hidden, return_policy
from loyalty.programme.models import Programme

NOW = datetime(2026, 5, 20, 23, 30, tzinfo=UTC)
EARLIER, LATER = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expiry", "idle_months"),
    [
        ({"mode": "inactivity", "months": 6}, 6),
        ({"mode": "months", "months": 6}, None),
        ({"mode": "never", "months": 6}, None),
    ],
)
def test_an_account_is_watched_on_the_shops_day_and_for_idleness_where_that_ends_points(
    expiry: dict[str, Any], idle_months: int | None
) -> None:
    programme = Programme.model_validate(
        {"time_zone": "Europe/Berlin", "expiry": {**expiry, "warn_days": [30, 7]}, "tiers": {"grace_days": 9}}
    )
    found = Watch.of(programme, NOW, programme.expiry.idle_months)
    assert found == Watch(date(2026, 5, 21), "Europe/Berlin", (30, 7), idle_months)


@pytest.mark.parametrize(("below_zero", "fills"), [("debt", False), ("floor", True), ("negative", True)])
def test_a_gift_pays_the_debt_unless_the_shop_lets_it_stand(below_zero: str, fills: bool) -> None:
    programme = Programme.model_validate({"refunds": {"below_zero": below_zero, "grace_days": 10}})
    policy = return_policy(programme, NOW.date())
    assert fills_debt(programme) is policy.fills_debt is fills
    assert (policy.today, policy.grace_until, policy.gives_grace) == (NOW.date(), date(2026, 5, 30), False)
    assert return_policy(programme, NOW.date(), gives_grace=True).gives_grace


@pytest.mark.parametrize(
    ("opened_at", "registered_at", "verified", "hidden"),
    [
        (None, None, False, False),
        (None, LATER, False, False),
        (EARLIER, None, False, True),
        (EARLIER, LATER, False, True),
        (EARLIER, LATER, True, False),
        (EARLIER, None, True, False),
        (EARLIER, EARLIER, False, False),
        (LATER, EARLIER, False, False),
    ],
)
def test_a_guests_past_is_hidden_until_the_email_is_verified(
    opened_at: datetime | None, registered_at: datetime | None, verified: bool, hidden: bool
) -> None:
    assert is_past_hidden(opened_at, registered_at, verified=verified) is hidden
