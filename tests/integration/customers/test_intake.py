"""What real shops send: withdrawn currencies, ids of every form, faults that must not cost an order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

import pytest

from customers.orders.store import find_order
from shared import clock
from shared.events.base import EventData
from shared.events.customers import OrderRecorded
from shared.events.foreign import Buyer
from tests.harness.heard import foreign_event
from tests.harness.logs import captured_logs
from tests.harness.orders import (
    NOON,
    cancelled,
    delivered,
    order,
    paid,
    placed,
    refunded,
    reinstated,
    reviewed,
)
from tests.integration.customers.desk import call, customer_of, deliver, kinds, register, stage, totals

IDS: Final = ("#1001", "gid://shopify/Order/1", "S00012/2026", "Order 17", "№ 5", "100%2F", "a?b=c&d#", "x" * 128)


def told(event: EventData | None = None, **changed: Any) -> dict[str, Any]:
    """An event with other fields in its order."""
    envelope = foreign_event(event or placed(order()))
    envelope["detail"]["order"] |= changed
    return envelope


def refused(envelope: dict[str, Any], field: str) -> bool:
    """Whether the event is refused, by the name of the field, and leaves nothing."""
    with captured_logs() as lines:
        failed = len(deliver(envelope))
    return failed == 1 and f'"{field}"' in lines.getvalue() and not kinds()


@pytest.mark.parametrize(
    ("code", "last", "too_late"),
    [
        ("HRK", "2022-12-31T10:00:00Z", "2023-02-01T00:00:00Z"),
        ("BGN", "2025-12-31T10:00:00Z", "2026-02-01T00:00:00Z"),
        ("ANG", "2025-06-30T10:00:00Z", "2025-07-01T00:00:00Z"),
    ],
)
def test_an_order_in_a_withdrawn_currency_counts_if_it_was_placed_before_the_end(
    code: str, last: str, too_late: str
) -> None:
    assert refused(told(currency=code, placed_at=too_late), "order.currency")
    assert not deliver(told(currency=code, placed_at=last))
    assert not deliver(told(refunded(order(), 400), currency=code, placed_at=last))
    assert totals(customer_of(), code) == (1, 0)
    ada = register("ada@example.org").json["id"]
    body = {"id": "phone-1", "currency": code, "total": 5}
    path = f"/api/customers/{ada}/orders"
    assert call("POST", path, body | {"placed_at": too_late}).json["errors"][0]["field"] == "currency"
    assert call("POST", path, body).json["errors"][0]["field"] == "currency"
    assert call("POST", path, body | {"placed_at": last}).status == 201


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR"])
def test_what_is_no_money_pays_no_order(code: str) -> None:
    assert refused(told(currency=code), "order.currency")


@pytest.mark.parametrize("order_id", IDS)
def test_an_id_as_the_shop_writes_it_is_the_same_everywhere(order_id: str) -> None:
    of = order(order_id)
    assert not deliver(placed(of), paid(of), refunded(of, 400, order_id), refunded(of, 400, order_id))
    found = call("GET", f"/api/orders/{quote(order_id, safe='')}")
    assert (found.status, found.json["id"], found.json["refunded"]) == (200, order_id, 400)
    assert totals(customer_of(order_id)) == (1, 600)
    ada = register("ada@example.org").json["id"]
    made = call("POST", f"/api/customers/{ada}/orders", {"id": f"z{order_id[1:]}", "currency": "USD", "total": 5})
    assert (made.status, made.json["id"]) == (201, f"z{order_id[1:]}")
    assert not deliver(reviewed(order_id, Buyer(email="ada@example.org"), order_id=order_id))
    assert kinds()["review"] == 1


def test_a_history_of_such_ids_is_paged_through() -> None:
    assert not deliver(*(placed(order(order_id)) for order_id in IDS))
    path, query, found = f"/api/customers/{customer_of(IDS[0])}/orders?limit=1", "", []
    for _ in IDS:
        page = call("GET", f"{path}{query}").json
        found += [each["id"] for each in page["data"]]
        query = f"&cursor={page['next_cursor']}"
    assert sorted(found) == sorted(IDS)
    assert page["next_cursor"] is None


def test_ids_that_begin_alike_are_two_orders() -> None:
    assert not deliver(*(paid(order(order_id)) for order_id in ("1", "#1", "1#", "1#ORDER", "1/1")))
    assert totals(customer_of("1")) == (5, 5000)


def test_a_refund_of_nothing_changes_nothing() -> None:
    assert not deliver(paid(order()), refunded(order(), 0), refunded(order(), 400), refunded(order(), 0))
    assert totals(customer_of()) == (1, 600)
    assert len(stage.told_of(OrderRecorded)) == 2
    assert not deliver(refunded(order("o-2"), 0))
    assert totals(customer_of()) == (2, 600)


OLD, NEW = "1989-12-31T23:59:59Z", (clock.now() + timedelta(hours=25)).isoformat()


@pytest.mark.parametrize("moment", [OLD, NEW, "8999-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_time_before_1990_or_more_than_a_day_ahead_is_refused_by_name(moment: str) -> None:
    assert refused(told(placed_at=moment), "order.placed_at")
    for event in (paid(order()), delivered(order()), cancelled(order()), reinstated(order())):
        field = next(name for name in event.model_dump() if name.endswith("_at"))
        envelope = told(event)
        envelope["detail"][field] = moment
        assert refused(envelope, field)
    review = foreign_event(reviewed())
    review["detail"]["review"]["posted_at"] = moment
    assert refused(review, "review.posted_at")


def test_a_time_within_a_day_ahead_is_a_clock_that_runs_fast() -> None:
    soon = clock.now() + timedelta(hours=23)
    assert not deliver(told(placed_at=soon.isoformat()), told(placed_at="1990-01-01T00:00:00Z", id="o-2"))
    assert customer_of("o-1") == customer_of("o-2")


def test_an_order_is_not_paid_before_it_was_placed() -> None:
    assert not deliver(paid(order(), minutes=-3))
    found = find_order("o-1")
    assert found
    assert found.paid_at == found.placed_at == NOON
    assert totals(customer_of()) == (1, 1000)
