"""The books, closed by their job under its own role as days pass on the local cloud."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from infra.local.clock import advance
from tests.cloud.shop import Shop, eventually, order, paid

REPORT = "/api/loyalty/liability"


def test_each_day_is_closed_as_days_pass(shop: Shop) -> None:
    customer_id, _ = shop.register()
    today = datetime.now(UTC).date()
    shop.send("OrderPaid", paid(order(f"books-{uuid4().hex[:8]}", customer_id, 10_000)))
    eventually(lambda: shop.points(customer_id) == 1_000, "the points of the order")
    list(advance(shop.stage.deployment, shop.stage.cloud.clock, 3))
    closed = [shop.call("GET", f"{REPORT}?as_of={today + timedelta(days=n)}", "admin") for n in range(2)]
    assert [status for status, _, _ in closed] == [200, 200]
    first, second = (answer for _, answer, _ in closed)
    assert first["on_day"]["earned"] >= 1_000
    assert first["balance"] + second["on_day"]["change"] == second["balance"]
    assert sum(row["amount"] for row in first["months"]) + first["held"]["amount"] == first["outstanding"]["amount"]
    newest = shop.storefront.get(REPORT, "admin")["day"]
    missing, answer, _ = shop.call("GET", f"{REPORT}?as_of={today + timedelta(days=9)}", "admin")
    assert (missing, answer["type"], answer["last_day"]) == (404, "/problems/day-not-closed", newest)
    assert shop.call("GET", REPORT, "support")[0] == 403
