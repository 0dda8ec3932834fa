"""The clock of the local cloud: what falls due on the way happens, each job under its own role."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from infra.local.clock import ClockBusyError, advance
from infra.local.cloud import read_clock
from loyalty.days import month_end, months_after
from tests.cloud.shop import Shop, client, eventually, order, paid


def test_points_expire_segments_are_left_and_requests_are_looked_after_as_days_pass(shop: Shop) -> None:
    deployment, clock = shop.stage.deployment, shop.stage.cloud.clock
    today = datetime.now(UTC).date()
    # Of tomorrow's month: midnight may come while the test runs.
    last = month_end(today + timedelta(days=1))
    customer_id, request_id = _a_customer_since_almost_a_year(shop, last)
    days = list(advance(deployment, clock, 33))
    assert days[0].day - today in (timedelta(0), timedelta(days=1))
    assert [day.day for day in days] == [days[0].day + timedelta(days=n) for n in range(len(days))]
    assert len(days) in (33, 34)  # today and the last day are parts of days
    expired = next(n for n, day in enumerate(days) if day.points)
    assert (days[expired].points, days[expired].events["PointsExpired"]) == (1_000, 1)
    assert days[expired].day == last + timedelta(days=1)
    left = next(n for n, day in enumerate(days) if day.events["SegmentLeft new"])
    assert days[left].day == today + timedelta(days=31)
    assert shop.points(customer_id) == 0
    assert not _is_new(shop, customer_id)
    [asked] = [one for one in shop.tables.items("privacy", "request") if one["pk"] == f"REQUEST#{request_id}"]
    assert asked["chase_on"] > days[-2].day.isoformat()
    assert shop.storefront.get(f"/api/privacy/requests/{request_id}", "compliance")["overdue"]


def _a_customer_since_almost_a_year(shop: Shop, last: date) -> tuple[str, str]:
    """Someone new with one order whose points end with the day `last`, and somebody's request that nobody approves."""
    customer_id, _ = shop.register()
    one = order(f"old-{uuid4().hex[:8]}", customer_id, 10_000)
    # Points live twelve months, and on through the last one's end.
    one["placed_at"] = f"{months_after(last, -12)}T12:00:00Z"
    shop.send("OrderPaid", paid(one))
    eventually(lambda: shop.points(customer_id) == 1_000, "the points of the order")
    eventually(lambda: _is_new(shop, customer_id), "the segment")
    body = {"kind": "erase", "customer_id": shop.register()[0]}
    return customer_id, shop.storefront.post("/api/privacy/requests", "compliance", body)["id"]


def _is_new(shop: Shop, customer_id: str) -> bool:
    status, answer, _ = shop.call("GET", f"/api/customers/{customer_id}/segments", "marketing")
    return status == 200 and any(held["segment_id"] == "new" for held in answer["data"])


def test_it_is_set_on_from_where_it_stands_and_by_one_command_at_a_time(shop: Shop) -> None:
    deployment, clock = shop.stage.deployment, shop.stage.cloud.clock
    first = advance(deployment, clock, 1)
    next(first)
    with pytest.raises(ClockBusyError):
        next(advance(deployment, clock, 1))
    list(first)
    list(advance(deployment, clock, 2))
    assert read_clock(clock) == pytest.approx(3 * 86_400)


def test_afterwards_the_schedules_run_by_the_real_clock_again_and_nothing_is_left_behind(shop: Shop) -> None:
    list(advance(shop.stage.deployment, shop.stage.cloud.clock, 1))
    name = f"regulars-{shop.stage.deployment.stage}"
    events = client(shop.stage, "events")
    assert {rule["State"] for rule in events.list_rules()["Rules"]} == {"ENABLED"}
    assert not [rule for rule in events.list_rules(EventBusName=name)["Rules"] if "watch" in rule["Name"]]
    assert not client(shop.stage, "sqs").list_queues(QueueNamePrefix=f"{name}-watch").get("QueueUrls")
