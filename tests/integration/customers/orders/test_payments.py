"""An order says how it was paid, and its refunds where they went: by event and by HTTP."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from customers.orders.rules import MOST_REFUNDS
from customers.orders.store import find_order
from shared.events.customers import OrderRecorded
from shared.events.foreign import Means, Order, ReturnedMeans
from tests.harness.heard import foreign_event
from tests.harness.interruptions import crash_at
from tests.harness.orders import NOON, edited, order, paid, placed, refunded
from tests.integration.customers.desk import call, customer_of, deliver, erasure, hear, register, told, totals
from tests.integration.customers.orders.test_order_routes import add

PAYMENTS = {"points": 200, "credit": 200, "other": 600}


def bought(**facts: Any) -> Order:
    """An order of $10: $2 by points, $2 by credit, $6 by card."""
    return order(**{"payments": Means(**PAYMENTS)} | facts)


def newest() -> OrderRecorded:
    found: OrderRecorded = told(OrderRecorded)[-1]
    return found


def shown() -> dict[str, Any]:
    answer = call("GET", "/api/orders/o-1")
    assert answer.status == 200
    return dict(answer.json)


def returned() -> tuple[int, int, int] | None:
    back = newest().refunded_to
    return (back.points, back.credit, back.other) if back else None


def to(**parts: int) -> ReturnedMeans:
    return ReturnedMeans(**parts)


def test_how_an_order_was_paid_is_told_and_shown() -> None:
    hear(paid(bought()))
    assert shown()["payments"] == newest().payments.model_dump() == PAYMENTS  # type: ignore[union-attr]
    assert shown()["refunded_to"] == {"points": 0, "credit": 0, "other": 0, "new_credit": 0}
    assert (newest().total, newest().payments_late, totals(customer_of())) == (1_000, False, (1, 600))


def test_without_payments_nothing_is_said_of_them() -> None:
    hear(paid(order()), refunded(order(), 100, to=to(points=100)))
    assert (shown()["payments"], shown()["refunded_to"], shown()["refunded"]) == (None, None, 100)
    assert totals(customer_of()) == (1, 900)


def test_a_third_goes_back_in_proportion_and_two_more_are_the_whole() -> None:
    hear(paid(bought()), refunded(bought(), 333))
    assert (returned(), shown()["refunded_to"]) == (
        (66, 66, 201),
        {"points": 66, "credit": 66, "other": 201, "new_credit": 0},
    )
    assert totals(customer_of()) == (1, 399)
    hear(refunded(bought(), 333, "r-2"), refunded(bought(), 334, "r-3"))
    assert (returned(), shown()["status"], totals(customer_of())) == ((200, 200, 600), "refunded", (1, 0))


def test_an_order_paid_wholly_by_points_is_returned_in_part() -> None:
    by_points = bought(payments=Means(points=1_000))
    hear(paid(by_points), refunded(by_points, 250))
    assert (returned(), shown()["status"], totals(customer_of())) == ((250, 0, 0), "partly_refunded", (1, 0))


@pytest.mark.parametrize("turns", list(itertools.permutations(range(4))))
def test_any_order_of_arrival_and_copies_end_the_same(turns: tuple[int, ...]) -> None:
    of = bought()
    events = [
        paid(of),
        refunded(of, 300),
        refunded(of, 300, "r-2", to=to(points=150, credit=50)),
        refunded(order(), 100, "r-3", to=to(points=100)),
    ]
    hear(*(events[turn] for turn in turns), *(events[turn] for turn in turns[::2]))
    # Named: 250 points, of which 200 paid, and 50 of credit. The other 400 are 80, 80 and 240.
    assert (returned(), totals(customer_of())) == ((200, 130, 370), (1, 230))


def test_new_store_credit_takes_the_place_of_money() -> None:
    of = bought()
    hear(paid(of), refunded(of, 300, to=to(new_credit=250, points=50)), refunded(of, 100, "r-2"))
    assert shown()["refunded_to"] == {"points": 70, "credit": 20, "other": 60, "new_credit": 250}
    assert (totals(customer_of()), shown()["status"]) == ((1, 290), "partly_refunded")


def test_refunds_beyond_the_listed_ones_name_their_means_too() -> None:
    of = bought(total=100_000, payments=Means(points=50_000))
    hear(paid(of), *(refunded(of, 10, f"r-{number}") for number in range(MOST_REFUNDS)))
    before = returned()
    further = refunded(of, 1_000, "r-99", to=to(points=1_000))
    hear(further, further)
    assert before
    assert returned() == (before[0] + 1_000, 0, before[2])


def test_a_refund_whose_event_dies_at_any_write_counts_once() -> None:
    hear(paid(bought()))
    refund, write = refunded(bought(), 300, to=to(points=100)), 1
    while crash_at(write, lambda: deliver(refund)):
        write += 1
    deliver(refund)
    assert write > 1
    assert returned() == (140, 40, 120)


def test_parts_that_exceed_an_order_or_a_refund_are_noted_and_the_order_is_kept() -> None:
    envelope = foreign_event(paid(bought()))
    envelope["detail"]["order"]["payments"] = {"points": 1_001}
    other = foreign_event(refunded(order(), 100))
    other["detail"]["refund"]["to"] = {"points": 60, "credit": 41}
    assert not deliver(envelope, other)
    assert (shown()["payments"], shown()["refunded"], shown()["total"]) == (None, 100, 1_000)
    assert [(note["field"], note["mend"]) for note in shown()["notes"]] == [
        ("order.payments", "left out"),
        ("refund.to", "left out"),
    ]


def test_payments_that_are_told_after_the_payment_are_marked_for_those_who_hear() -> None:
    hear(placed(order()), paid(order()))
    assert not newest().payments_late
    hear(paid(bought()))
    assert (newest().payments_late, newest().payments) == (True, Means(**PAYMENTS))
    hear(refunded(bought(), 10))
    assert newest().payments_late
    assert totals(customer_of()) == (1, 594)


def test_payments_told_with_the_payment_of_a_placed_order_are_in_time() -> None:
    hear(placed(order()), paid(bought()))
    assert (newest().payments_late, newest().payments) == (False, Means(**PAYMENTS))


def test_an_edit_says_itself_how_the_order_is_paid() -> None:
    hear(paid(bought()), edited(bought(total=700, payments=Means(points=200))))
    assert newest().payments == Means(points=200, other=500)
    hear(edited(order(total=700), hours=4), paid(bought()))
    assert (newest().payments, newest().total) == (None, 700)


def test_an_order_over_http_says_how_it_was_paid() -> None:
    ada = register().json["id"]
    made = add(ada, id="o-1", paid_at=NOON.isoformat(), payments={"points": 200, "credit": 200})
    assert (made.status, made.json["payments"]) == (201, PAYMENTS)
    assert add(ada, id="o-1", paid_at=NOON.isoformat(), payments=PAYMENTS).json == made.json
    assert add(ada, id="o-1", paid_at=NOON.isoformat()).json == made.json
    other = add(ada, id="o-1", paid_at=NOON.isoformat(), payments={"points": 300})
    assert (other.status, other.json["type"]) == (409, "/problems/order-differs")


@pytest.mark.parametrize(
    ("payments", "field"),
    [
        ({"points": 1_001}, "payments"),
        ({"points": 600, "other": 401}, "payments"),
        ({"points": -1}, "payments.points"),
        ({"points": "1"}, "payments.points"),
        ({"cash": 1}, "payments.cash"),
    ],
)
def test_http_refuses_wrong_parts(payments: dict[str, Any], field: str) -> None:
    answer = add(register().json["id"], id="o-1", payments=payments)
    assert (answer.status, [each["field"] for each in answer.json["errors"]]) == (422, [field])
    assert find_order("o-1") is None


def test_an_erasure_leaves_what_accounting_needs() -> None:
    hear(paid(bought()), refunded(bought(), 300))
    hear(erasure(customer_of() or ""))
    assert (shown()["customer_id"], shown()["payments"]) == (None, PAYMENTS)
    assert shown()["refunded_to"] == {"points": 60, "credit": 60, "other": 180, "new_credit": 0}
