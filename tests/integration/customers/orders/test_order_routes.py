"""Orders by HTTP: added by the shop, read by staff and by the customer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from customers.orders import usecases
from shared import clock, ids
from shared.events.customers import OrderRecorded
from shared.events.foreign import Buyer
from tests.harness.interruptions import after_first
from tests.harness.orders import EMAIL, NOON, cancelled, delivered, edited, order, paid, placed, reinstated
from tests.integration.customers.desk import (
    Answer,
    call,
    change,
    customer_of,
    erasure,
    hear,
    kinds,
    register,
    told,
    totals,
)

CD = {"product_id": "cd-17", "category": "music", "quantity": 1, "amount": 1000}
CONTENT: dict[str, Any] = {"currency": "USD", "total": 1000, "lines": [CD]}


def add(customer_id: str, by: str = "support", key: str | None = None, **more: Any) -> Answer:
    headers = {"Idempotency-Key": key} if key else None
    return call("POST", f"/api/customers/{customer_id}/orders", CONTENT | more, by=by, headers=headers)


def history(customer_id: str, by: str = "support", query: str = "") -> list[str]:
    answer = call("GET", f"/api/customers/{customer_id}/orders{query}", by=by)
    assert answer.status == 200
    return [each["id"] for each in answer.json["data"]]


def test_an_order_added_by_phone_counts_and_is_told() -> None:
    ada = register().json["id"]
    made = add(ada, id="phone-1", paid_at="2026-06-01T12:05:00Z", placed_at="2026-06-01T12:00:00Z")
    assert (made.status, made.headers["ETag"]) == (201, '"1"')
    assert (made.json["id"], made.json["customer_id"], made.json["status"]) == ("phone-1", ada, "paid")
    assert call("GET", "/api/orders/phone-1").json == made.json
    assert totals(ada) == (1, 1000)
    assert [event.stats.spent for event in told(OrderRecorded)] == [1000]


def test_an_order_without_id_and_moment_is_given_both() -> None:
    ada = register().json["id"]
    made = add(ada, by="storefront", key="k-1").json
    assert made["id"].startswith("ord_")
    assert made["status"] == "placed"
    assert abs(datetime.fromisoformat(made["placed_at"]) - clock.now()) < timedelta(minutes=1)


def test_an_order_that_says_only_when_it_was_paid_was_placed_then() -> None:
    ada = register().json["id"]
    made = add(ada, id="phone-1", paid_at="2026-05-04T10:00:00Z")
    assert made.json["placed_at"] == made.json["paid_at"] == "2026-05-04T10:00:00Z"
    assert add(ada, id="phone-1", paid_at="2026-05-04T10:00:00Z").json == made.json
    assert made.json["version"] == 1


def test_the_same_order_again_is_the_same_order() -> None:
    ada = register().json["id"]
    first = add(ada, id="phone-1")
    assert add(ada, id="phone-1").json == first.json
    assert add(ada, id="phone-1", placed_at=first.json["placed_at"]).json == first.json
    assert totals(ada) == (1, 0)
    assert add(ada, id="phone-1", paid_at="2026-06-01T12:05:00Z").json["status"] == "paid"
    assert totals(ada) == (1, 1000)


def test_other_contents_or_another_customer_conflict() -> None:
    ada, ben = register().json["id"], register("ben@example.com").json["id"]
    add(ada, id="phone-1")
    assert add(ada, id="phone-1", total=2000).json["type"] == "/problems/order-differs"
    assert add(ada, id="phone-1", placed_at="2020-01-01T00:00:00Z").json["type"] == "/problems/order-differs"
    taken = add(ben, id="phone-1")
    assert (taken.status, taken.json["type"]) == (409, "/problems/order-taken")


def test_what_the_total_is_made_of_is_shown_and_part_of_the_order() -> None:
    ada = register().json["id"]
    parts: dict[str, Any] = {"tax": 70, "shipping": 200, "discount": 50}
    made = add(ada, id="phone-1", **parts)
    assert {name: made.json[name] for name in parts} == parts
    assert add(ada, id="phone-1", **parts).json == made.json
    assert add(ada, id="phone-1", **parts | {"tax": 71}).json["type"] == "/problems/order-differs"
    [event] = told(OrderRecorded)
    assert (event.tax, event.shipping, event.discount) == (70, 200, 50)


def test_how_an_order_fared_is_shown() -> None:
    hear(paid(order()), delivered(order()), cancelled(order(), hours=30))
    shown = call("GET", "/api/orders/o-1").json
    moments = {name: shown[name] and datetime.fromisoformat(shown[name]) for name in ("delivered_at", "cancelled_at")}
    assert moments == {"delivered_at": NOON + timedelta(hours=24), "cancelled_at": NOON + timedelta(hours=30)}
    assert (shown["status"], shown["reinstated_at"]) == ("cancelled", None)
    hear(reinstated(order(), hours=31))
    [shown] = call("GET", f"/api/customers/{customer_of()}/orders").json["data"]
    assert (shown["status"], shown["cancelled_at"]) == ("paid", None)
    assert datetime.fromisoformat(shown["reinstated_at"]) == NOON + timedelta(hours=31)


def test_an_order_that_was_edited_since_is_the_same_when_it_is_added_again() -> None:
    ada = register().json["id"]
    add(ada, id="o-1", placed_at=NOON.isoformat())
    hear(edited(order(total=700)))
    again = add(ada, id="o-1", placed_at=NOON.isoformat())
    assert (again.status, again.json["total"]) == (201, 700)
    assert datetime.fromisoformat(again.json["edited_at"]) == NOON + timedelta(hours=3)


def test_the_same_order_added_again_while_it_is_cancelled_stays_cancelled() -> None:
    ada = register().json["id"]
    add(ada, id="o-1", placed_at=NOON.isoformat())
    hear(cancelled(order()))
    assert add(ada, id="o-1", paid_at="2026-06-01T12:05:00Z").json["status"] == "cancelled"
    assert totals(ada) == (1, 0)


def test_an_order_of_nobody_is_attached_by_adding_it_to_the_customer() -> None:
    hear(placed(order(buyer=Buyer())))
    ada = register().json["id"]
    assert add(ada, id="o-1").status == 201
    assert customer_of() == ada
    assert totals(ada) == (1, 0)


def test_the_same_key_gives_the_first_answer_again() -> None:
    ada = register().json["id"]
    first, again = add(ada, key="k-1"), add(ada, key="k-1")
    assert (again.status, again.json, again.headers["Idempotent-Replayed"]) == (201, first.json, "true")
    assert add(ada, key="k-1", total=1).status == 422
    assert totals(ada) == (1, 0)


def test_an_answer_without_a_change_is_kept_under_its_key_too() -> None:
    ada = register().json["id"]
    add(ada, id="phone-1")
    first = add(ada, id="phone-1", key="k-1")
    add(ada, id="phone-1", paid_at="2026-06-01T12:05:00Z")
    assert add(ada, id="phone-1", key="k-1").json == first.json


def test_of_two_requests_with_one_key_at_once_one_order_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = register().json["id"]
    after_first(monkeypatch, usecases, "find_order", lambda: add(ada, key="k-1"))
    answer = add(ada, key="k-1")
    assert (answer.status, answer.headers["Idempotent-Replayed"]) == (201, "true")
    assert totals(ada) == (1, 0)


def test_without_id_and_key_a_retry_would_count_twice_and_is_refused() -> None:
    ada = register().json["id"]
    answer = add(ada)
    assert (answer.status, answer.json["type"]) == (400, "/problems/idempotency-key-required")
    assert kinds() == {"email": 1, "profile": 1}


def test_nobody_who_is_not_here_or_erased_is_given_an_order() -> None:
    assert add(ids.new_customer_id(), id="phone-0").status == 404
    ada = register().json["id"]
    add(ada, id="phone-1")
    hear(erasure(ada))
    assert add(ada, key="k-1").status == 404
    assert add(ada, id="phone-1").status == 409
    assert kinds() == {"erased_email": 1, "erased_profile": 1, "erased_stats": 1, "order": 1}


def test_an_erasure_in_between_leaves_no_receipt_and_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = register().json["id"]
    add(ada, id="phone-1")
    after_first(monkeypatch, usecases, "resolve_owner", lambda: hear(erasure(ada)))
    assert add(ada, key="k-1").status == 404
    assert kinds() == {"erased_email": 1, "erased_profile": 1, "erased_stats": 1, "order": 1}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"total": -1}, "total"),
        ({"tax": 1001}, "tax"),
        ({"tax": 600, "shipping": 401}, "shipping"),
        ({"discount": -1}, "discount"),
        ({"currency": "XXQ"}, "currency"),
        ({"id": "#1\n"}, "id"),
        ({"placed_at": "0001-01-01T00:00:00Z"}, "placed_at"),
        ({"placed_at": "1989-12-31T23:59:59Z"}, "placed_at"),
        ({"placed_at": "8999-01-01T00:00:00Z"}, "placed_at"),
        ({"paid_at": "2099-01-01T00:00:00Z"}, "paid_at"),
        ({"placed_at": "2026-06-01T12:00:00Z", "paid_at": "2026-06-01T11:59:59Z"}, "paid_at"),
        ({"lines": [CD | {"quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [CD | {"colour": "red"}]}, "lines.0.colour"),
    ],
)
def test_what_does_not_fit_names_its_field(wrong: dict[str, Any], field: str) -> None:
    answer = add(register().json["id"], **wrong)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, field)


def test_the_history_is_newest_first_and_pages_through_equal_moments() -> None:
    ada = register().json["id"]
    hear(*(placed(order(f"o-{n}", placed_at=NOON + timedelta(days=n // 3))) for n in range(7)))
    everything = ["o-6", "o-5", "o-4", "o-3", "o-2", "o-1", "o-0"]
    assert history(ada) == everything
    found, query = [], "?limit=2"
    for _ in range(4):
        page = call("GET", f"/api/customers/{ada}/orders{query}").json
        found += [each["id"] for each in page["data"]]
        query = f"?limit=2&cursor={page['next_cursor']}"
    assert found == everything
    assert page["next_cursor"] is None


def test_customers_see_orders_of_before_once_their_email_is_verified() -> None:
    hear(paid(order("o-1")))
    ada = register().json["id"]
    hear(placed(order("o-2", buyer=Buyer(id=ada), placed_at=clock.now() + timedelta(seconds=1))))
    assert history(ada, by=ada) == ["o-2"]
    assert history(ada) == ["o-2", "o-1"]
    change(ada, 2, email_verified=True)
    assert history(ada, by=ada) == ["o-2", "o-1"]


def test_a_guest_is_shown_nothing() -> None:
    hear(paid(order("o-1")))
    guest = customer_of() or ""
    assert call("GET", f"/api/customers/{guest}/orders", by=guest).status == 404
    assert history(guest) == ["o-1"]


def test_stats_are_shown_by_currency() -> None:
    hear(paid(order("o-1")), paid(order("o-2", total=501)), paid(order("o-3", currency="EUR", total=700)))
    stats = call("GET", f"/api/customers/{customer_of()}/stats", by="marketing").json["currencies"]
    assert [(s["currency"], s["orders"], s["spent"], s["average"]) for s in stats] == [
        ("EUR", 1, 700, 700),
        ("USD", 2, 1501, 750),
    ]
    assert datetime.fromisoformat(stats[0]["first_order_at"]) == NOON


def test_a_customer_without_orders_has_none() -> None:
    ada = register(EMAIL).json["id"]
    assert history(ada) == []
    assert call("GET", f"/api/customers/{ada}/stats").json == {"currencies": []}
    assert call("GET", "/api/orders/o-1").status == 404
