"""Tiers over HTTP: how a customer stands, how it came to that, and the ladder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.events.customers import OrderStatus
from shared.roles import Role
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, adjust, expire, get, hear, order, registration

Clock = Callable[[str], None]

RUNGS = [
    {"tier": "bronze", "threshold": 0},
    {"tier": "silver", "threshold": 1_000, "multiplier": "1.2", "benefits": ["Free shipping"]},
    {"tier": "gold", "threshold": 5_000, "multiplier": "1.5"},
]


@pytest.fixture(autouse=True)
def february(set_clock: Clock) -> None:
    set_clock("2026-02-10T12:00:00+00:00")


def tier(by: Role | str = Role.SUPPORT) -> dict[str, Any]:
    answer = get(f"/api/customers/{ADA}/tier", by=by)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def history(query: str = "", by: Role | str = Role.SUPPORT) -> dict[str, Any]:
    found: dict[str, Any] = get(f"/api/customers/{ADA}/tier/history{query}", by=by).json
    return found


@pytest.mark.parametrize("by", [ADA, Role.STOREFRONT, Role.MARKETING])
def test_a_customer_sees_the_tier_what_it_gives_and_the_way_to_the_next(by: Role | str) -> None:
    set_programme(tiers={"rungs": RUNGS})
    hear(registration(), order(total=15_000))
    assert tier(by) == {
        "customer_id": ADA,
        "tier": "silver",
        "name": "Silver",
        "since": "2026-01-31",
        "kept_until": None,
        "given": None,
        "measure": "points",
        "currency": None,
        "window": "lifetime",
        "counted_from": None,
        "merit": 1500,
        "next_tier": {"tier": "gold", "name": "Gold", "threshold": 5000, "missing": 3500},
        "projection": {"period_end": None, "at_period_end": "silver", "after_grace": "silver"},
        "multiplier": "1.2",
        "benefits": [
            {
                "kind": "other",
                "words": "Free shipping",
                "percent": None,
                "minimum": None,
                "hours": None,
                "reward_id": None,
            }
        ],
    }


def test_it_is_by_what_was_earned_not_by_what_is_left() -> None:
    hear(registration(), order(total=15_000))
    adjust({"points": -1_500, "reason": "x"})
    assert (tier()["tier"], tier()["merit"]) == ("silver", 1500)


def test_from_the_highest_there_is_no_next() -> None:
    hear(order(total=60_000))
    assert (tier()["tier"], tier()["next_tier"]) == ("gold", None)


def test_money_in_a_calendar_year_and_what_is_to_come(set_clock: Clock) -> None:
    rungs = [{"tier": "bronze", "threshold": 0}, {"tier": "silver", "threshold": 10_000}]
    set_programme(tiers={"by": "money", "window": "calendar_year", "grace_days": 10, "rungs": rungs})
    hear(order(total=12_000))
    now = tier()
    assert (now["measure"], now["currency"], now["merit"], now["counted_from"]) == (
        "money",
        "USD",
        12_000,
        "2026-01-01",
    )
    assert now["projection"] == {"period_end": "2026-12-31", "at_period_end": "silver", "after_grace": "bronze"}
    set_clock("2027-01-01T00:30:00+00:00")
    expire()
    kept = tier()
    assert (kept["tier"], kept["kept_until"], kept["merit"]) == ("silver", "2027-01-10", 0)
    assert kept["next_tier"] is None
    assert kept["projection"] == {"period_end": "2027-12-31", "at_period_end": "bronze", "after_grace": "bronze"}
    set_clock("2027-01-11T00:30:00+00:00")
    expire()
    assert (tier()["tier"], tier()["kept_until"]) == ("bronze", None)


@pytest.mark.parametrize("is_reviewed", [True, False])
def test_an_order_of_new_years_eve_that_is_returned_leaves_no_tier(set_clock: Clock, *, is_reviewed: bool) -> None:
    set_programme(tiers={"window": "calendar_year"})
    set_clock("2026-12-31T20:00:00+00:00")
    eve: dict[str, Any] = {"total": 60_000, "placed_at": "2026-12-31T12:00:00Z", "paid_at": "2026-12-31T12:00:00Z"}
    hear(order(**eve))
    assert tier()["tier"] == "gold"
    set_clock("2027-01-01T09:00:00+00:00")
    if is_reviewed:
        expire()
        assert tier()["kept_until"] == "2027-01-30"
    hear(order(**eve, refunded=60_000, status=OrderStatus.REFUNDED))
    assert (tier()["tier"], tier()["kept_until"]) == ("bronze", None)
    hear(order(**eve, reinstated_at="2027-01-01T08:00:00Z"))
    assert tier()["tier"] == "gold"


def test_orders_in_twelve_months_that_roll() -> None:
    rungs = [{"tier": "bronze", "threshold": 0}, {"tier": "silver", "threshold": 2}]
    set_programme(tiers={"by": "orders", "window": "rolling_12_months", "rungs": rungs})
    hear(order("A1"), order("A2"), order("A3", cancelled_at="2026-02-01T00:00:00Z", status=OrderStatus.CANCELLED))
    now = tier()
    assert (now["measure"], now["merit"], now["tier"], now["counted_from"]) == ("orders", 2, "silver", "2025-02-01")
    assert now["projection"] == {"period_end": "2026-02-28", "at_period_end": "silver", "after_grace": "silver"}


def test_the_history_is_of_changes_newest_first_with_what_brought_them() -> None:
    hear(order("A1", total=15_000), order("A2", total=100), order("A3", total=90_000))
    hear(order("A3", total=90_000, refunded=90_000, status=OrderStatus.REFUNDED))
    rows = history()["data"]
    assert [(row["old"], row["new"], row["kind"], row["cause"]) for row in rows] == [
        ("gold", "silver", "reversed", "A3"),
        ("silver", "gold", "earned", "A3"),
        ("bronze", "silver", "earned", "A1"),
    ]
    assert [row["entry"] for row in rows] == [4, 3, 1]


def test_the_history_comes_a_page_at_a_time() -> None:
    hear(order("A1", total=15_000), order("A2", total=100), order("A3", total=90_000), order("A4", total=100))
    first = history("?limit=1")
    rest = history(f"?limit=1&cursor={first['next_cursor']}")
    assert [row["new"] for row in first["data"] + rest["data"]] == ["gold", "silver"]
    assert rest["next_cursor"] is None


def test_what_is_not_there_or_not_theirs_is_not_shown() -> None:
    assert get(f"/api/customers/{ADA}/tier").status == 404
    hear(order("A1", total=15_000), registration(registered_at="2026-12-01T00:00:00Z"))
    for path in ("tier", "tier/history"):
        assert get(f"/api/customers/{ADA}/{path}", by=BOB).status == 403
        refused = get(f"/api/customers/{ADA}/{path}", by=ADA)
        assert refused.json["type"] == "/problems/email-not-verified"


@pytest.mark.parametrize("by", [Role.STOREFRONT, Role.MARKETING, ADA])
def test_anybody_who_is_known_reads_the_ladder(by: Role | str) -> None:
    set_programme(tiers={"rungs": RUNGS})
    ladder = get("/api/loyalty/tiers", by=by).json
    assert [
        (level["tier"], level["threshold"], [each["words"] for each in level["benefits"]]) for level in ladder["tiers"]
    ] == [
        ("bronze", 0, []),
        ("silver", 1_000, ["Free shipping"]),
        ("gold", 5_000, []),
    ]
    assert (ladder["measure"], ladder["window"], ladder["grace_days"], ladder["programme"]) == (
        "points",
        "lifetime",
        30,
        1,
    )


def test_a_threshold_that_came_down_is_reached_when_something_next_counts() -> None:
    hear(order("A1"))
    set_programme(tiers={"rungs": [{"tier": "bronze", "threshold": 0}, {"tier": "silver", "threshold": 200}]})
    assert get(f"/api/customers/{ADA}/points").json["next_tier"] == {"tier": "silver", "missing": 0}
    assert get(f"/api/customers/{ADA}/tier").json["tier"] == "bronze"
    hear(order("A2", total=100))
    assert get(f"/api/customers/{ADA}/tier").json["tier"] == "silver"
