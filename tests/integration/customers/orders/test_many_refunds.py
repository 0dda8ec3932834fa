"""An order with more refunds than its item lists: each counts once, and the item stays small."""

from __future__ import annotations

import pytest

from customers.orders import store, usecases
from customers.orders.rules import MOST_REFUNDS
from customers.orders.store import find_order, find_refund
from shared.events.customers import OrderRecorded, OrderStatus
from shared.events.foreign import Order, OrderRefunded
from tests.harness.interruptions import after_first, calls_of, crash_at
from tests.harness.orders import order, paid, refunded
from tests.integration.customers.desk import call, customer_of, deliver, erasure, hear, kinds, told, totals

LONG = "\N{GRINNING FACE}" * 120


@pytest.fixture(autouse=True)
def bought() -> Order:
    """An order of $10,000 whose item lists as many refunds of a dollar as it may."""
    of = order(total=1_000_000)
    hear(paid(of), *(refund(of, number) for number in range(MOST_REFUNDS)))
    return of


def refund(of: Order, number: int, amount: int = 100, *, tax: int = 0) -> OrderRefunded:
    return refunded(of, amount, f"{LONG}-{number}", tax=tax)


def newest() -> OrderRecorded:
    found: OrderRecorded = told(OrderRecorded)[-1]
    return found


def listed() -> int:
    found = find_order("o-1")
    assert found
    return len(found.refunds)


def test_further_refunds_count_and_lie_in_items_of_their_own(bought: Order) -> None:
    before = _size()
    for number in range(MOST_REFUNDS, MOST_REFUNDS + 20):
        hear(refund(bought, number, tax=1))
    assert (newest().refunded, newest().status) == (7_000, OrderStatus.PARTLY_REFUNDED)
    assert totals(customer_of()) == (1, 993_000)
    assert (listed(), kinds()["refund"]) == (MOST_REFUNDS, 20)
    assert _size() - before < 100
    assert before < 100_000
    assert call("GET", "/api/orders/o-1").json["refunded"] == 7_000


def test_a_further_refund_counts_once_however_often_it_comes(bought: Order) -> None:
    one, other = refund(bought, 98), refund(bought, 99)
    hear(one, other, one, other, refund(bought, 98, 700), refund(bought, 0), refund(bought, 0, 800))
    assert newest().refunded == (MOST_REFUNDS + 2) * 100
    assert kinds()["refund"] == 2


def test_a_refund_of_nothing_stays_nothing(bought: Order) -> None:
    hear(refund(bought, 98, 0))
    assert find_refund("o-1", f"{LONG}-98") is None


@pytest.mark.parametrize("write", [1, 2])
def test_a_run_that_dies_at_its_write_is_made_good(bought: Order, write: int) -> None:
    one = refund(bought, 98)
    died = crash_at(write, lambda: deliver(one))
    assert died == (write == 1)
    hear(one, one)
    assert newest().refunded == (MOST_REFUNDS + 1) * 100


@pytest.mark.parametrize("number", [98, 99])
def test_of_two_at_once_each_counts_once(bought: Order, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    one = refund(bought, 98)
    after_first(monkeypatch, usecases, "find_refund", lambda: hear(refund(bought, number)))
    hear(one)
    assert newest().refunded == (MOST_REFUNDS + len({98, number})) * 100


def test_an_order_of_before_may_list_more_and_lists_no_further_one(bought: Order) -> None:
    item = find_order("o-1")
    assert item
    item.refunds = {f"old-{number}": 10 for number in range(300)}
    item.save()
    hear(refunded(bought, 10, "old-7"), refund(bought, 98))
    assert (newest().refunded, listed()) == (3_100, 300)


def test_a_listed_refund_costs_no_further_read(bought: Order) -> None:
    assert calls_of(lambda: deliver(refund(bought, 3))).count("GetItem") == 1


def test_a_further_refund_outlives_an_erasure_without_the_person(bought: Order) -> None:
    hear(refund(bought, 98))
    ada = customer_of() or ""
    hear(erasure(ada))
    hear(refund(bought, 98), refund(bought, 99))
    assert newest().refunded == (MOST_REFUNDS + 2) * 100
    assert newest().customer_id is None
    found = store.find_refund("o-1", f"{LONG}-98")
    assert found
    assert ada not in str(found.serialize())


def _size() -> int:
    item = find_order("o-1")
    assert item
    return len(str(item.serialize()))
