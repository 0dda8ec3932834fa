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
    EMAIL,
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


@pytest.mark.parametrize(
    "moment", [OLD, NEW, "8999-01-01T00:00:00Z", "2099-01-01T00:00:00Z"], ids=["old", "new", "8999", "2099"]
)
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


def noted() -> set[tuple[str, str, int]]:
    """The notes on the order, as staff read them."""
    shown = call("GET", "/api/orders/o-1").json
    return {(note["field"], note["mend"], note["count"]) for note in shown["notes"]}


LINE: Final = {"product_id": "cd-17", "category": "music", "quantity": 1, "amount": 1000}


@pytest.mark.parametrize(
    ("wrong", "note"),
    [
        ({"tax": None}, ("order.tax", "left out", 1)),
        ({"tax": "7%"}, ("order.tax", "left out", 1)),
        ({"tax": 1001}, ("order.tax", "left out", 1)),
        ({"tax": 600, "shipping": 401}, ("order.shipping", "left out", 1)),
        ({"shipping": -1}, ("order.shipping", "left out", 1)),
        ({"discount": None}, ("order.discount", "left out", 1)),
        ({"lines": None}, ("order.lines", "left out", 1)),
        ({"lines": {"0": LINE}}, ("order.lines", "left out", 1)),
        ({"lines": [LINE, None, "mug"]}, ("order.lines.*", "left out", 2)),
        ({"lines": [LINE | {"product_id": None}]}, ("order.lines.*.product_id", "replaced", 1)),
        ({"lines": [LINE | {"product_id": 17}]}, ("order.lines.*.product_id", "rewritten", 1)),
        ({"lines": [LINE | {"product_id": "x" * 65}]}, ("order.lines.*.product_id", "replaced", 1)),
        ({"lines": [{"amount": 5, "quantity": 1}]}, ("order.lines.*.product_id", "replaced", 1)),
        ({"lines": [LINE | {"quantity": 0.5}, LINE | {"quantity": 2.5}]}, ("order.lines.*.quantity", "rounded", 2)),
        ({"lines": [LINE | {"quantity": 0}]}, ("order.lines.*.quantity", "rounded", 1)),
        ({"lines": [LINE | {"quantity": 10**9}]}, ("order.lines.*.quantity", "rounded", 1)),
        ({"lines": [LINE | {"quantity": "many"}]}, ("order.lines.*.quantity", "replaced", 1)),
        ({"lines": [LINE | {"amount": -300}]}, ("order.lines.*.amount", "rounded", 1)),
        ({"lines": [LINE | {"amount": None}]}, ("order.lines.*.amount", "replaced", 1)),
        ({"lines": [LINE | {"category": "x" * 65}]}, ("order.lines.*.category", "cut", 1)),
        ({"lines": [LINE | {"category": 5}]}, ("order.lines.*.category", "left out", 1)),
        ({"buyer": {"email": EMAIL, "first_name": "A" * 101}}, ("order.buyer.first_name", "cut", 1)),
        ({"buyer": {"email": EMAIL, "first_name": "A\x00da\u202e"}}, ("order.buyer.first_name", "rewritten", 1)),
        ({"buyer": {"email": EMAIL, "first_name": "\u200d\u3164"}}, ("order.buyer.first_name", "left out", 1)),
        ({"buyer": {"email": EMAIL, "last_name": ["Lovelace"]}}, ("order.buyer.last_name", "left out", 1)),
        ({"buyer": {"email": EMAIL, "id": "7234987"}}, ("order.buyer.id", "left out", 1)),
        ({"buyer": {"email": f"{'x' * 250}@example.com"}}, ("order.buyer.email", "left out", 1)),
        ({"buyer": {"email": f"{'x' * 65}@example.com"}}, ("order.buyer.email", "left out", 1)),
        ({"buyer": {"email": "adá@example.com"}}, ("order.buyer.email", "left out", 1)),
        ({"buyer": {"email": "ada at example"}}, ("order.buyer.email", "left out", 1)),
        ({"buyer": None}, ("order.buyer", "left out", 1)),
        ({"buyer": "ada"}, ("order.buyer", "left out", 1)),
        ({"currency": " usd"}, ("order.currency", "rewritten", 1)),
    ],
)
def test_no_order_is_lost_for_a_trifle(wrong: dict[str, Any], note: tuple[str, str, int]) -> None:
    assert not deliver(told(**wrong), told(paid(order()), **wrong))
    assert noted() == {note}
    found = find_order("o-1")
    assert found
    assert (found.facts.spent, found.currency, found.placed_at) == (1000, "USD", NOON)
    assert not deliver(told(**wrong), told(paid(order()), **wrong))
    assert len(stage.told_of(OrderRecorded)) == 2


def test_what_is_left_of_a_faulty_line_and_buyer_is_kept() -> None:
    lines = [LINE | {"quantity": 0.5, "category": "m" * 70, "product_id": None}, "?", LINE | {"amount": 700}]
    buyer = {"id": 12, "email": EMAIL, "first_name": f" {'A' * 99} {'A' * 9}", "last_name": "Lovelace"}
    assert not deliver(told(lines=lines, buyer=buyer, tax=None, discount=-1))
    kept = call("GET", "/api/orders/o-1").json["lines"]
    assert kept == [LINE | {"product_id": "*", "category": "m" * 64}, LINE | {"amount": 700}]
    guest = call("GET", f"/api/customers/{customer_of()}").json
    assert (guest["email"], guest["first_name"], guest["last_name"]) == (EMAIL, "A" * 99, "Lovelace")


@pytest.mark.parametrize(
    ("told_as", "kept"),
    [
        (("A\x00d\u202ea", "Love\nlace"), ("Ada", "Love lace")),
        (("\u2066\u3164\u2069", "\u200d"), (None, None)),
        (("", " "), (None, None)),
        (("علی\u200cرضا", "क्\u200dष"), ("علی\u200cرضا", "क्\u200dष")),  # noqa: RUF001
        (("evil。com", "$500"), ("evil。com", "$500")),
    ],
)
def test_a_name_in_an_order_is_cleaned_or_left_out(told_as: tuple[str, str], kept: tuple[str, str]) -> None:
    buyer = {"email": EMAIL, "first_name": told_as[0], "last_name": told_as[1]}
    assert not deliver(told(buyer=buyer))
    guest = call("GET", f"/api/customers/{customer_of()}").json
    assert (guest["first_name"], guest["last_name"]) == kept


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"total": None}, "order.total"),
        ({"total": -1}, "order.total"),
        ({"total": "12.00"}, "order.total"),
        ({"currency": "XXQ"}, "order.currency"),
        ({"currency": None}, "order.currency"),
        ({"id": None}, "order.id"),
        ({"id": ""}, "order.id"),
        ({"placed_at": None}, "order.placed_at"),
        ({"placed_at": "2026-06-01T12:00:00"}, "order.placed_at"),
    ],
)
def test_what_is_essential_is_not_guessed(wrong: dict[str, Any], field: str) -> None:
    assert refused(told(**wrong), field)


def test_a_number_is_an_id_too() -> None:
    assert not deliver(told(id=1001), told(paid(order()), id=1001))
    assert totals(customer_of("1001")) == (1, 1000)


def test_lines_that_are_too_many_are_summed() -> None:
    lines = [LINE | {"product_id": f"cd-{n}", "amount": n} for n in range(250)]
    assert not deliver(told(lines=lines), told(paid(order()), lines=lines))
    kept = call("GET", "/api/orders/o-1").json["lines"]
    assert len(kept) == 200
    assert kept[-2:] == [lines[198], LINE | {"product_id": "*", "quantity": 51, "amount": sum(range(199, 250))}]
    assert noted() == {("order.lines", "summed", 51)}
    assert totals(customer_of()) == (1, 1000)


def test_of_other_lines_summed_no_category_is_known() -> None:
    lines = [LINE | {"category": "books"}, *([LINE] * 199), LINE | {"category": "toys", "quantity": 10**6}]
    assert not deliver(told(lines=lines))
    kept = call("GET", "/api/orders/o-1").json["lines"]
    assert kept[-1] == {"product_id": "*", "category": None, "quantity": 10**6, "amount": 2000}


def test_a_refund_counts_whatever_its_time() -> None:
    event = told(refunded(order(), 400))
    event["detail"]["refund"]["refunded_at"] = "yesterday"
    assert not deliver(event, paid(order()))
    assert totals(customer_of()) == (1, 600)
    assert noted() == {("refund.refunded_at", "left out", 1)}


@pytest.mark.parametrize("wrong", [{"amount": -1}, {"amount": None}, {"amount": "4.00"}, {"id": ""}, {"id": None}])
def test_the_money_and_the_id_of_a_refund_are_not_guessed(wrong: dict[str, Any]) -> None:
    event = told(refunded(order(), 400))
    event["detail"]["refund"] |= wrong
    assert refused(event, f"refund.{next(iter(wrong))}")


def test_no_review_is_lost_for_a_trifle() -> None:
    register()
    event = foreign_event(reviewed())
    event["detail"]["review"] |= {"rating": 4.5, "order_id": " ", "buyer": {"id": "7", "email": EMAIL, "last_name": 3}}
    assert not deliver(event)
    assert kinds()["review"] == 1


def test_what_was_mended_in_an_order_says_nothing_of_the_person() -> None:
    with captured_logs() as lines:
        assert not deliver(told(buyer={"email": EMAIL, "first_name": "Augusta" * 20, "id": "ada-7"}))
    assert "order.buyer.first_name" in lines.getvalue()
    assert not [word for word in ("augusta", "ada-7", EMAIL) if word in lines.getvalue().lower()]


def test_an_order_of_before_there_were_notes_has_none() -> None:
    assert not deliver(placed(order()))
    found = find_order("o-1")
    assert found
    assert "notes" not in found.serialize()
    assert noted() == set()
