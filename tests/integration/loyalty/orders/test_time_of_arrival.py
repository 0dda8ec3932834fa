"""Orders told late: each earns as of its own time, by the programme, the limits and the tier of then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from loyalty.programme import store as programmes
from loyalty.programme.items import new_version
from loyalty.programme.models import Programme
from loyalty.programme.tiers import BRONZE, GOLD, SILVER
from loyalty.programme.usecases import forget_cached_programme
from shared.events.customers import OrderRecorded
from shared.items.table import Put, commit
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import account, entries, expire, hear, order, points, registration

Clock = Callable[[str], None]
TOTAL = 1_000


def bought(order_id: str, day: str, total: int = TOTAL, **facts: Any) -> OrderRecorded:
    """An order placed and paid at noon of a day."""
    moment = at(day)
    return order(order_id, **{"placed_at": moment, "paid_at": moment, "total": total, **facts})


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def add_version(effective_from: str, **sections: Any) -> None:
    newest = programmes.newest_version()
    number = (newest.number if newest else 0) + 1
    programme = Programme.model_validate(sections)
    commit(Put(new_version(number, programme, effective_from=at(effective_from), at=at(effective_from), by="test")))
    forget_cached_programme()


def rate(points_per_unit: int, **earning: Any) -> dict[str, Any]:
    return {"earning": {"points_per_unit": points_per_unit, **earning}}


# --- the version of the programme


@pytest.mark.parametrize(
    ("day", "amount", "version"),
    [("2026-04-05", 100, 0), ("2026-04-15", 200, 1), ("2026-04-25", 300, 2), ("2026-03-01", 300, 2)],
)
def test_the_version_in_force_when_an_order_was_paid_decides_what_it_earns(
    set_clock: Clock, day: str, amount: int, version: int
) -> None:
    """An order of longer ago than any queue keeps an event earns as of now."""
    add_version("2026-04-10", **rate(20))
    add_version("2026-04-20", **rate(30))
    set_clock("2026-05-01T12:00:00+00:00")
    hear(bought("A1", day))
    assert (points(), entries()[-1].programme) == ([amount], version or None)


def test_an_order_that_earns_by_its_payment_goes_by_the_moment_of_that(set_clock: Clock) -> None:
    add_version("2026-04-10", **rate(20))
    set_clock("2026-04-20T12:00:00+00:00")
    hear(bought("A1", "2026-04-09", paid_at=at("2026-04-11")))
    assert points() == [200]


def test_an_order_that_earns_when_it_is_placed_goes_by_the_moment_of_that(set_clock: Clock) -> None:
    add_version("2026-04-01", **rate(20, on="placed"))
    add_version("2026-04-10", **rate(30))
    set_clock("2026-04-20T12:00:00+00:00")
    hear(bought("A1", "2026-04-09", paid_at=None))
    assert points() == [200]


def test_nobody_gains_by_a_time_before_the_account(set_clock: Clock) -> None:
    add_version("2026-04-01", **rate(50))
    add_version("2026-04-10", **rate(10))
    set_clock("2026-04-12T12:00:00+00:00")
    hear(registration(registered_at=at("2026-04-12")))
    set_clock("2026-04-20T12:00:00+00:00")
    hear(bought("A1", "2026-04-05"))
    assert (points(), entries()[-1].programme) == ([100], 2)


# --- limits


def test_limits_count_on_the_days_of_the_orders_and_an_outage_costs_nobody_a_point(set_clock: Clock) -> None:
    set_programme(earning={"limits": {"per_day": 100}})
    set_clock("2026-04-20T12:00:00+00:00")
    hear(*(bought(f"A{day}", f"2026-04-{day}", 2_000) for day in (18, 17, 19, 17)))
    assert points() == [100, 100, 100]
    hear(bought("B1", "2026-04-18"), bought("B2", "2026-04-20"))
    assert points() == [100, 100, 100, 0, 100]


def test_a_month_is_limited_by_the_orders_of_it(set_clock: Clock) -> None:
    set_programme(earning={"limits": {"per_month": 150}})
    set_clock("2026-05-02T12:00:00+00:00")
    hear(bought("A1", "2026-05-01"), bought("A2", "2026-04-30"), bought("A3", "2026-04-29"), bought("A4", "2026-05-02"))
    assert points() == [100, 100, 50, 50]


# --- tiers


def test_a_tier_of_the_last_year_is_reached_by_an_order_told_in_this_one(set_clock: Clock) -> None:
    set_programme(tiers={"window": "calendar_year"})
    set_clock("2027-01-03T12:00:00+00:00")
    hear(bought("A1", "2026-12-31", 20_000))
    assert (account().tier, account().tier_since) == (SILVER, date(2026, 12, 31))
    set_clock("2027-02-05T12:00:00+00:00")
    expire()
    assert account().tier == BRONZE


def test_an_order_earns_by_the_tier_of_its_own_day(set_clock: Clock) -> None:
    set_clock("2026-04-10T12:00:00+00:00")
    hear(bought("A1", "2026-04-10", 10_000))
    assert account().tier == SILVER
    set_clock("2026-04-20T12:00:00+00:00")
    hear(bought("A2", "2026-04-09"), bought("A3", "2026-04-10"), bought("A4", "2026-04-19"))
    assert points() == [1_000, 100, 120, 120]


def test_a_tier_that_was_reached_late_is_that_of_its_days(set_clock: Clock) -> None:
    set_clock("2026-04-20T12:00:00+00:00")
    hear(bought("A1", "2026-04-10", 10_000), bought("B1", "2026-04-20", 40_000), bought("A2", "2026-04-15"))
    assert account().tier == GOLD
    assert points() == [1_000, 4_800, 120]


def test_an_order_from_before_the_account_earns_by_the_tier_of_its_first_day(set_clock: Clock) -> None:
    set_clock("2026-04-12T12:00:00+00:00")
    hear(registration(registered_at=at("2026-04-12")))
    set_clock("2026-04-20T12:00:00+00:00")
    hear(bought("A1", "2026-04-12", 10_000), bought("A2", "2026-04-05"))
    assert (account().tier_since, points()) == (date(2026, 4, 12), [1_000, 120])


# --- the delivery


def test_an_earlier_date_of_delivery_told_later_counts(set_clock: Clock) -> None:
    set_programme(pending={"until": "delivery", "days": 14})
    set_clock("2026-04-10T12:00:00+00:00")
    hear(bought("A1", "2026-04-01"))
    hear(bought("A1", "2026-04-01", delivered_at=at("2026-04-09")))
    assert [where.on for where in account().balances.pending] == [date(2026, 4, 23)]
    hear(bought("A1", "2026-04-01", delivered_at=at("2026-04-05")))
    assert [where.on for where in account().balances.pending] == [date(2026, 4, 19)]
    hear(bought("A1", "2026-04-01", delivered_at=at("2026-04-08")))
    assert [where.on for where in account().balances.pending] == [date(2026, 4, 19)]
    set_clock("2026-04-19T12:00:00+00:00")
    expire()
    assert account().available == 100
    hear(bought("A1", "2026-04-01", delivered_at=at("2026-04-05"), refunded=TOTAL))
    assert account().balance == 0


def test_points_of_an_order_told_late_wait_no_longer_for_its_delivery(set_clock: Clock) -> None:
    set_programme(pending={"until": "delivery", "days": 7, "longest_days": 30})
    set_clock("2026-04-10T12:00:00+00:00")
    hear(bought("A1", "2026-04-01"))
    assert [where.on for where in account().balances.pending] == [date(2026, 5, 1)]


def test_the_moments_are_of_the_shops_own_zone(set_clock: Clock) -> None:
    set_programme(time_zone="Asia/Tokyo", earning={"limits": {"per_day": 100}})
    set_clock("2026-04-20T12:00:00+00:00")
    late = datetime(2026, 4, 17, 15, 30, tzinfo=UTC)
    hear(bought("A1", "2026-04-17"), order("A2", placed_at=late, paid_at=late, total=TOTAL))
    assert points() == [100, 100]
