"""An order that says how it was paid earns on its money, and refunds return to each means what they name."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from loyalty.credit import store
from loyalty.orders.payment import refund_credit
from loyalty.orders.store import order_records
from shared.events.customers import CustomersMerged, OrderRecorded, OrderStatus
from shared.events.foreign import Means, ReturnedMeans
from tests.harness.interruptions import calls_of, crash_at, once
from tests.integration.loyalty import wallet
from tests.integration.loyalty.catalogue import give
from tests.integration.loyalty.checkout.checkouts import kept, look
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    PLACED_AT,
    account,
    entries,
    erasure,
    get,
    hear,
    order,
    points,
    registration,
    told_of,
)
from tests.integration.loyalty.spending import capture, held, redeem

NOW = "2026-02-01T12:00:20+00:00"


@pytest.fixture(autouse=True)
def an_account(set_clock: Callable[[str], None]) -> None:
    """Ada has 1,000 points and $10 of credit."""
    set_clock(NOW)
    hear(registration())
    give(1_000)
    assert wallet.issue(1_000).status == 201


def told(back: tuple[int, ...] = (0, 0, 0), **facts: Any) -> OrderRecorded:
    """An order of $30: $3 by points, $3 by credit and $24 by card, with what its refunds gave back."""
    parts = facts.pop("by", (300, 300, 2_400))
    payments = Means(points=parts[0], credit=parts[1], other=parts[2])
    refunded_to = ReturnedMeans(**dict(zip(("points", "credit", "other", "new_credit"), back, strict=False)))
    status = OrderStatus.PARTLY_REFUNDED if any(back) else OrderStatus.PAID
    values = {"total": sum(parts), "refunded": sum(back), "status": status, **facts}
    return order("A1", payments=payments, refunded_to=refunded_to, **values)


def spend(points_spent: int = 300, credit: int = 300) -> None:
    """Capture points and credit for the order."""
    capture(held(points_spent), order_id="A1")
    wallet.capture(wallet.held(credit), order_id="A1")


def spent() -> tuple[int, int]:
    """The points and the credit that are spent now, of sound ledgers."""
    entries()
    wallet.credit_entries()
    return account().balances.spent, wallet.credit().balances.spent


def earned() -> int:
    """The points that the order keeps."""
    return sum(entry.amount for entry in entries() if entry.entry_kind.value in {"earned", "reversed", "reinstated"})


def test_it_earns_on_its_money_alone() -> None:
    spend()
    hear(told())
    assert earned() == 240
    hear(order("A2", total=2_400))
    assert earned() == 480


def test_tax_and_shipping_are_paid_by_the_money_first() -> None:
    hear(told(tax=300, shipping=400))
    assert earned() == 170


@pytest.mark.parametrize(
    ("back", "spent_then", "earned_then"),
    [
        # A third in proportion.
        ((100, 100, 800), (200, 200), 160),
        ((300, 0, 0), (0, 300), 240),
        ((0, 300, 0), (300, 0), 240),
        ((0, 0, 1_200), (300, 300), 120),
        ((30, 150, 600), (270, 150), 180),
        ((300, 300, 2_400), (0, 0), 0),
    ],
)
def test_a_refund_returns_to_each_means_what_it_names(
    back: tuple[int, int, int], spent_then: tuple[int, int], earned_then: int
) -> None:
    spend()
    hear(told(), told(back))
    assert (spent(), earned()) == (spent_then, earned_then)
    before = len(order_records("A1"))
    hear(told(back))
    assert len(order_records("A1")) == before
    hear(told(back, cancelled_at=PLACED_AT, status=OrderStatus.CANCELLED))
    assert (spent(), earned()) == ((0, 0), 0)
    hear(told(back, reinstated_at=PLACED_AT))
    assert (spent(), earned()) == (spent_then, earned_then)


def test_an_order_paid_wholly_by_points_is_returned_in_part() -> None:
    capture(held(400), order_id="A1")
    hear(told(by=(400, 0, 0)))
    assert (spent(), earned()) == ((400, 0), 0)
    hear(told((100, 0, 0), by=(400, 0, 0)))
    assert spent() == (300, 0)
    hear(told((400, 0, 0), by=(400, 0, 0), status=OrderStatus.REFUNDED))
    assert spent() == (0, 0)


def test_an_order_paid_wholly_by_credit_is_returned_in_part() -> None:
    wallet.capture(wallet.held(400), order_id="A1")
    hear(told(by=(0, 400, 0)), told((0, 150, 0), by=(0, 400, 0)))
    assert spent() == (0, 250)


STEPS = (told, lambda: told((100, 0, 0)), lambda: told((100, 100, 0)), lambda: told((100, 100, 800)))


@pytest.mark.parametrize("turns", list(itertools.permutations(range(4))))
def test_any_order_of_arrival_and_copies_end_the_same(turns: tuple[int, ...]) -> None:
    spend()
    for turn in (*turns, *turns[::2]):
        hear(STEPS[turn](), version=turn + 1)
    assert (spent(), earned()) == ((200, 200), 160)


@pytest.mark.parametrize("is_spent_first", [True, False])
def test_what_is_spent_after_the_refund_was_heard_is_returned_too(is_spent_first: bool) -> None:
    acts = [spend, lambda: hear(told((100, 0, 0)))]
    for act in acts if is_spent_first else acts[::-1]:
        act()
    assert spent() == (200, 300)
    redeem(100, order_id="A1")
    # The refund gave back $1 in points, and it does not give more because more was spent.
    assert spent() == (300, 300)


def test_a_payment_of_points_alone_told_after_its_refund() -> None:
    hear(told((100, 0, 0), by=(400, 0, 0)))
    capture(held(400), order_id="A1")
    assert spent() == (300, 0)


def test_what_paid_without_the_orders_saying_so_comes_back_with_the_whole() -> None:
    spend()
    hear(told((0, 0, 1_500), by=(0, 0, 3_000)))
    assert spent() == (150, 150)


def test_an_edit_that_names_less_makes_no_refund_give_more_back() -> None:
    spend()
    hear(told(), told(by=(30, 30, 0), edited_at=NOW), told((10, 10, 0), by=(30, 30, 0), edited_at=NOW))
    assert spent() == (290, 290)
    hear(told((30, 30, 0), by=(30, 30, 0), edited_at=NOW))
    assert spent() == (270, 270)
    hear(told(by=(30, 30, 0), edited_at=NOW, cancelled_at=NOW, status=OrderStatus.CANCELLED))
    assert spent() == (0, 0)


def test_payments_that_name_less_than_was_spent_give_no_more_back_than_a_refund_says() -> None:
    spend()
    redeem(200, order_id="A1")
    hear(told((1, 1, 0), by=(1, 1, 2_998)))
    assert spent() == (499, 299)
    hear(told((300, 0, 0), by=(300, 300, 2_400)))
    assert sum(spent()) == 500


@pytest.mark.parametrize("write", [1, 2, 3, 4])
def test_a_run_that_dies_at_any_write_is_made_good(write: int) -> None:
    """The order's settlement, the points and the credit are three writes."""
    spend()
    hear(told())
    assert crash_at(write, lambda: hear(told((100, 200, 800)), version=900_000)) == (write < 4)
    hear(told((100, 200, 800)), version=900_000)
    assert (spent(), earned()) == ((200, 100), 160)


def test_payments_that_are_told_after_the_points_were_earned_take_the_rest_back() -> None:
    hear(order("A1", total=3_000))
    assert earned() == 300
    hear(told(payments_late=True))
    assert points()[-1] == -60
    hear(told(payments_late=True), told((0, 0, 1_200), payments_late=True))
    assert earned() == 120


@pytest.mark.parametrize("turns", list(itertools.permutations(range(3))))
def test_late_payments_in_any_order_of_arrival(turns: tuple[int, ...]) -> None:
    events = [order("A1", total=3_000), told(payments_late=True), told((0, 0, 240), payments_late=True)]
    for turn in (*turns, *turns):
        hear(events[turn], version=turn + 1)
    assert earned() == 216


def test_goods_that_earn_nothing_keep_their_part_of_late_payments() -> None:
    gifts = {"name": "gifts", "factor": "0", "products": ["gift"]}
    set_programme(earning={"multipliers": [gifts]})
    lines = [
        {"product_id": "gift", "quantity": 1, "amount": 1_500},
        {"product_id": "cd", "quantity": 1, "amount": 1_500},
    ]
    hear(order("A1", total=3_000, lines=lines))
    assert earned() == 150
    hear(told(payments_late=True, lines=lines))
    assert earned() == 120


def test_where_placing_earns_the_payments_follow_with_the_payment() -> None:
    set_programme(earning={"on": "placed"})
    hear(order("A1", total=3_000, paid_at=None, status=OrderStatus.PLACED))
    assert earned() == 300
    hear(told())
    assert earned() == 240


def test_an_edit_and_its_payments() -> None:
    spend()
    hear(told(), told(by=(300, 300, 1_200), edited_at=PLACED_AT))
    assert (spent(), earned()) == ((300, 300), 120)
    hear(told((150, 0, 0), by=(300, 300, 1_200), edited_at=PLACED_AT))
    assert (spent(), earned()) == ((150, 300), 120)


def test_a_checkouts_order_may_tell_the_whole_and_its_payments() -> None:
    kept(300, 300, total=3_000)
    hear(told(checkout_id="cart-1"))
    assert (look().json["state"], spent(), earned()) == ("captured", (300, 300), 240)
    hear(told((100, 100, 800), checkout_id="cart-1"))
    assert (spent(), earned()) == ((200, 200), 160)
    found = get("/api/loyalty/orders/A1/spending").json
    assert (found["points"]["spent"], found["points"]["given_back"]) == (300, 100)
    assert found["credit"] == [{"currency": "USD", "spent": 300, "given_back": 100, "value": None}]


def test_what_is_returned_is_stored_in_few_bytes() -> None:
    hear(told((100, 0, 0), by=(400, 0, 0)))
    [mark] = order_records("A1")
    assert mark.returned == [100, 400, 100, 400, True, False]  # type: ignore[union-attr]


def test_a_refund_of_points_alone_is_a_line_of_no_points_in_the_ledger() -> None:
    spend()
    hear(told(), told((100, 0, 0)))
    kinds = [entry.entry_kind.value for entry in entries(ADA)]
    assert kinds[-3:] == ["earned", "reversed", "restored"]
    assert points()[-3:] == [240, 0, 100]


def available() -> int:
    wallet.credit_entries()
    return wallet.credit().balances.vector.available


def test_money_that_goes_back_as_new_store_credit_is_issued_once() -> None:
    spend()
    back = told((0, 0, 200, 1_000))
    hear(told(), back, back, told((0, 0, 200, 1_000), delivered_at=PLACED_AT))
    assert (spent(), earned(), available()) == ((300, 300), 120, 700 + 1_000)
    [_, issued] = told_of("CreditIssued")
    assert (issued["amount"], issued["cause"], issued["notify"]) == (1_000, "A1", True)
    newest = wallet.credit_entries()[-1]
    assert (newest.entry_kind.value, newest.fact("code"), newest.fact("order")) == ("issued", "refund", "A1")
    hear(told((0, 0, 200, 1_100)))
    assert available() == 1_800


def test_new_store_credit_stays_whatever_becomes_of_the_order() -> None:
    hear(told(), told((0, 0, 0, 1_000)))
    hear(told((0, 0, 0, 1_000), cancelled_at=PLACED_AT), told((0, 0, 0, 1_000), reinstated_at=PLACED_AT))
    assert available() == 2_000


def test_new_store_credit_opens_an_account_of_its_currency() -> None:
    hear(told((0, 0, 0, 500), currency="EUR"))
    found = get(f"/api/customers/{ADA}/credit").json["data"]
    assert [(each["currency"], each["available"]) for each in found] == [("EUR", 500), ("USD", 1_000)]


@pytest.mark.parametrize("turns", list(itertools.permutations(range(3))))
def test_new_store_credit_in_any_order_of_arrival(turns: tuple[int, ...]) -> None:
    events = [told(), told((0, 0, 0, 400)), told((0, 0, 0, 900))]
    for turn in (*turns, *turns[::-1]):
        hear(events[turn], version=turn + 1)
    assert available() == 1_900


@pytest.mark.parametrize("write", [1, 2, 3])
def test_a_run_that_dies_issues_once(write: int) -> None:
    hear(told())
    assert crash_at(write, lambda: hear(told((0, 0, 0, 400)), version=900_000)) == (write < 3)
    hear(told((0, 0, 0, 400)), version=900_000)
    assert available() == 1_400


def test_two_versions_at_once_issue_no_more_than_the_newest_says(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(told())
    newer = told((0, 0, 0, 900))
    monkeypatch.setattr(refund_credit, "_issued", once(lambda: hear(newer, version=900_001), refund_credit._issued))
    hear(told((0, 0, 0, 400)), version=900_000)
    assert available() == 1_900


def test_new_store_credit_waits_until_the_order_is_paid() -> None:
    """It takes the place of money, and nobody has paid any."""
    hear(told((0, 0, 0, 400), paid_at=None, status=OrderStatus.PLACED))
    assert available() == 1_000
    hear(told((0, 0, 0, 400), paid_at=None, cancelled_at=NOW, status=OrderStatus.CANCELLED))
    assert available() == 1_000
    hear(told((0, 0, 0, 400)))
    assert available() == 1_400


@pytest.mark.parametrize("facts", [{"customer_id": None}, {"waits": True}])
def test_nobody_is_given_store_credit_for_an_order_that_is_nobodys(facts: dict[str, Any]) -> None:
    hear(told((0, 0, 0, 400)).model_copy(update=facts))
    assert available() == 1_000


def test_an_erased_customer_is_given_none() -> None:
    hear(told())
    hear(erasure())
    assert not hear(told((0, 0, 0, 400)))
    assert len(told_of("CreditIssued")) <= 1


def test_store_credit_goes_to_the_customer_who_survives_a_merge() -> None:
    hear(told())
    hear(registration(BOB))
    hear(CustomersMerged(customer_id=BOB, merged_id=ADA, merged_at=PLACED_AT))
    hear(told((0, 0, 0, 400)))
    account_of_bob = store.find_account(BOB, "USD")
    assert account_of_bob
    assert account_of_bob.balances.vector.available == 1_400


def cost_of(*events: OrderRecorded) -> list[int]:
    """The calls of each event."""
    return [len(calls_of(partial(hear, event))) for event in events]


def test_payments_cost_no_call_and_new_store_credit_costs_three() -> None:
    spend()
    [*without, _] = cost_of(*(order("A1", total=2_400, refunded=refunded) for refunded in (0, 240, 250)))
    capture(held(300, key="h2"), order_id="A2")
    wallet.capture(wallet.held(300, key="h2"), order_id="A2")
    backs = ((0,), (30, 30, 240), (30, 30, 250), (30, 30, 260), (30, 30, 260, 10))
    told_of_a2 = [told(back).model_copy(update={"order_id": "A2"}) for back in backs]
    [*named, _, settled, issued] = cost_of(*told_of_a2)
    assert (named, issued) == (without, settled + 3)
