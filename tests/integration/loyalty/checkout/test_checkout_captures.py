"""The payment of an order spends the checkout that it names, once, whatever else happens and in whatever order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from loyalty.orders.payment import captures
from shared.events.base import EventData
from shared.events.customers import CustomersMerged, CustomerStatus, OrderStatus
from shared.events.foreign import Means
from tests.harness.interruptions import calls_of, crash_at, once
from tests.integration.loyalty import wallet
from tests.integration.loyalty.checkout.checkouts import CART, cancelled, end, funds, kept, look, money, paid, put
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    entries,
    erasure,
    expire,
    hear,
    order,
    points,
    registration,
    told_of,
    update,
)
from tests.integration.loyalty.spending import held, redeem

Clock = Callable[[str], None]
NOW = "2026-02-01T12:00:20+00:00"
LATER = "2026-02-01T13:30:00+00:00"


@pytest.fixture(autouse=True)
def an_account(set_clock: Clock) -> None:
    """Ada has 293 points and $5 of credit; orders earn nothing any more."""
    set_clock(NOW)
    hear(registration(), order())
    set_programme(earning={"points_per_unit": "0.0001"})
    assert wallet.issue(500).status == 201


def spent() -> tuple[int, int]:
    """Points and credit spent, of sound ledgers."""
    entries()
    wallet.credit_entries()
    return account().spent or 0, wallet.credit().spent or 0


def test_the_payment_spends_what_the_checkout_holds() -> None:
    kept(200, 300)
    hear(paid())
    answer = look().json
    assert (answer["state"], answer["order_id"]) == ("captured", "B1")
    assert answer["points"] == {"used": 200, "value": 200, "captured": 200, "missing": 0}
    assert answer["credit"] == {"used": 300, "captured": 300, "missing": 0}
    assert (funds(), money(), spent()) == ((93, 0), (200, 0), (200, 300))
    [told] = told_of("PointsRedeemed")
    assert (told["points"], told["value"], told["currency"], told["order_id"]) == (-200, 200, "USD", "B1")
    [credit] = told_of("CreditSpent")
    assert (credit["amount"], credit["order_id"]) == (-300, "B1")
    assert (put(1).json["state"], end().json["state"]) == ("captured", "captured")


def test_a_payment_told_again_and_what_follows_it_spend_nothing_more() -> None:
    kept(200, 300)
    hear(paid(), paid(), paid(delivered_at=order().placed_at))
    assert spent() == (200, 300)


def test_an_order_that_is_placed_spends_nothing_yet() -> None:
    kept(200)
    hear(paid(paid_at=None, status=OrderStatus.PLACED))
    assert (look().json["state"], funds()) == ("held", (93, 200))


def test_an_order_paid_wholly_by_points_spends_them() -> None:
    kept(200, total=200)
    hear(order("B1", total=0, checkout_id="cart-1"))
    assert (look().json["state"], points()[-1]) == ("captured", -200)


def test_a_cart_without_points_and_credit_ends_with_its_payment() -> None:
    kept()
    hear(paid())
    assert (look().json["state"], told_of("PointsRedeemed"), spent()) == ("captured", [], (0, 0))


@pytest.mark.parametrize("is_first", [True, False])
def test_a_payment_told_before_the_last_change_of_the_cart(is_first: bool) -> None:
    kept(200)
    if is_first:
        hear(paid())
        assert put(100).json["state"] == "captured"
        assert spent() == (200, 0)
    else:
        kept(100)
        hear(paid())
        assert spent() == (100, 0)


def test_a_cancellation_before_the_payment_releases() -> None:
    kept(200, 300)
    hear(cancelled(paid_at=None))
    assert (look().json["state"], funds(), money()) == ("released", (293, 0), (500, 0))
    assert put(1).json["state"] == "released"


@pytest.mark.parametrize("versions", [(11, 12), (12, 11)])
@pytest.mark.parametrize("write", range(8))
def test_cancelled_while_paying_gives_all_back(versions: tuple[int, int], write: int) -> None:
    kept(200, 300)
    told: list[tuple[EventData, int]] = [(paid(), versions[0]), (cancelled(), max(versions[0] + 1, 12))]
    if versions[0] > versions[1]:
        told = [(cancelled(), 12), (paid(), 11)]
    for event, version in told:
        crash_at(write, lambda event=event, version=version: hear(event, version=version))  # type: ignore[misc]
        hear(event, version=version)
    assert (funds(), money(), spent()) == ((293, 0), (500, 0), (0, 0))


def test_a_cancelled_order_that_stands_again_spends_what_it_used() -> None:
    kept(200, 300)
    hear(cancelled(paid_at=None), version=11)
    hear(paid(reinstated_at=order().placed_at), version=12)
    assert (look().json["state"], spent()) == ("captured", (200, 300))


def test_a_refund_gives_back_its_part() -> None:
    kept(200, 300)
    hear(paid(), version=11)
    hear(paid(refunded=750, status=OrderStatus.PARTLY_REFUNDED), version=12)
    assert spent() == (100, 150)


def test_a_refund_told_before_the_payment_gives_back_its_part() -> None:
    kept(200, 300)
    hear(paid(refunded=750, status=OrderStatus.PARTLY_REFUNDED), version=12)
    hear(paid(), version=11)
    assert spent() == (100, 150)


@pytest.mark.parametrize("job", [True, False])
def test_a_payment_after_the_time_of_the_checkout(set_clock: Clock, *, job: bool) -> None:
    kept(200, 300)
    set_clock(LATER)
    if job:
        expire()
        assert look().json["state"] == "expired"
    hear(paid(), paid())
    assert (look().json["state"], look().json["order_id"], spent()) == ("captured", "B1", (200, 300))


@pytest.mark.parametrize(
    ("changed", "named", "alarms"),
    [((200, 300), (200, 300), 0), ((0, 300), (200, 300), 1), ((200, 0), (200, 300), 1), ((200, 300), (100, 300), 0)],
)
def test_an_order_that_names_more_than_its_checkout_holds_raises_an_alarm(
    changed: tuple[int, int], named: tuple[int, int], alarms: int
) -> None:
    """A customer's own token may take something out of a cart after the shop has looked."""
    kept(200, 300, by=ADA)
    kept(*changed, by=ADA)
    payments = Means(points=named[0], credit=named[1], other=1_500)
    told = order("B1", checkout_id=CART, total=payments.whole, payments=payments)
    with_alarm: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(captures, "count", with_alarm.append)
        hear(told, told)
    assert (look().json["state"], with_alarm) == ("captured", ["CheckoutsNotCaptured"] * alarms)


def test_a_late_payment_spends_what_is_still_there_and_tells_what_is_missing(set_clock: Clock) -> None:
    kept(200, 300)
    set_clock(LATER)
    expire()
    redeem(143)
    wallet.revoke(400)
    with_alarm: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(captures, "count", with_alarm.append)
        hear(paid(), paid())
    answer = look().json
    assert (answer["state"], with_alarm) == ("captured", ["CheckoutsNotCaptured"])
    assert answer["points"] == {"used": 200, "value": 200, "captured": 150, "missing": 50}
    assert answer["credit"] == {"used": 300, "captured": 100, "missing": 200}
    assert {told["value"] for told in told_of("PointsRedeemed")} == {143, 150}
    hear(cancelled())
    assert (funds(), money(), spent()) == ((150, 0), (100, 0), (143, 0))


def test_a_late_payment_uses_what_another_ended_hold_keeps(set_clock: Clock) -> None:
    kept(200)
    set_clock("2026-02-01T12:35:00+00:00")
    expire()
    held(293)
    set_clock(LATER)
    hear(paid())
    assert (look().json["points"]["captured"], funds()) == (200, (93, 0))


@pytest.mark.parametrize("total", [0, 1500])
def test_a_late_payment_spends_no_lot_that_has_ended(set_clock: Clock, total: int) -> None:
    kept(200)
    set_clock(LATER)
    expire()
    set_clock("2027-02-02T12:00:00+00:00")
    hear(order("B1", total=total, checkout_id="cart-1"))
    assert look().json["points"] == {"used": 200, "value": 200, "captured": 0, "missing": 200}
    assert (spent(), account().expired) == ((0, 0), 293)


def test_a_checkout_ended_by_hand_is_spent_by_a_payment_after_all() -> None:
    kept(200)
    end()
    hear(paid())
    assert (look().json["state"], spent()) == ("captured", (200, 0))


def test_of_two_orders_with_one_checkout_the_first_spends_it() -> None:
    kept(200)
    hear(paid(), paid("B2"))
    assert (look().json["order_id"], spent()) == ("B1", (200, 0))
    hear(cancelled("B2"))
    assert spent() == (200, 0)


@pytest.mark.parametrize("customer_id", [BOB, None])
def test_an_order_of_somebody_else_spends_nothing(customer_id: str | None) -> None:
    hear(registration(BOB), order("A2", BOB))
    kept(200)
    hear(paid(customer_id=customer_id), paid(name="nobodys"))
    assert (look().json["state"], funds()) == ("held", (93, 200))
    hear(paid("B3", customer_id=customer_id, status=OrderStatus.CANCELLED, cancelled_at=order().placed_at))
    assert funds() == (93, 200)


def test_an_order_that_waits_for_its_buyers_email_spends_their_checkout() -> None:
    kept(200)
    hear(paid(by_email=True, waits=True))
    assert spent() == (200, 0)


def test_erased_while_open() -> None:
    kept(200, 300)
    hear(erasure(), paid())
    assert look().status == 404
    assert told_of("PointsRedeemed") == []


@pytest.mark.parametrize("buyer", [ADA, BOB])
def test_merged_while_open(buyer: str) -> None:
    hear(registration(BOB), order("A2", BOB))
    kept(200, 300)
    hear(CustomersMerged(customer_id=BOB, merged_id=ADA, merged_at=order().placed_at))
    assert kept(150, 300, customer_id=buyer)["customer_id"] == BOB
    hear(paid(customer_id=buyer))
    assert (look().json["state"], account(BOB).spent, wallet.credit(BOB).spent) == ("captured", 150, 300)


def test_paid_between_the_two_steps_of_a_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    hear(registration(BOB), order("A2", BOB))
    kept(200, 300)
    merged = CustomersMerged(customer_id=BOB, merged_id=ADA, merged_at=order().placed_at)
    assert crash_at(2, lambda: hear(merged))
    assert hear(paid(customer_id=BOB)) == 1
    hear(merged, paid(customer_id=BOB))
    assert (account(BOB).spent, wallet.credit(BOB).spent) == (200, 300)


@pytest.mark.parametrize("status", [CustomerStatus.BANNED, CustomerStatus.INACTIVE])
def test_stopped_while_open(status: CustomerStatus) -> None:
    kept(200, 300)
    hear(update(status=status), version=900)
    hear(paid())
    assert spent() == (200, 300)


@pytest.mark.parametrize("is_late", [True, False])
def test_a_crash_at_any_write_spends_once(set_clock: Clock, *, is_late: bool) -> None:
    for number in range(1, 9):
        name = f"cart-{number}"
        kept(10, 5, name=name)
        if is_late:
            set_clock(f"2026-02-{number + 1:02}T12:00:00+00:00")
            expire()
        told = paid(f"C{number}", name=name)
        crash_at(number, lambda told=told, number=number: hear(told, version=1000 + number))  # type: ignore[misc]
        hear(told, version=1000 + number)
        assert (look(name).json["state"], spent()) == ("captured", (10 * number, 5 * number))


def test_a_cart_that_changes_while_it_is_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(200, 300)
    monkeypatch.setattr(captures, "find_open", once(lambda: kept(100, 100), captures.find_open))
    hear(paid())
    assert (look().json["version"], spent()) == (2, (100, 100))


def test_paid_while_the_cart_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    kept(200, 300)
    from loyalty.checkouts import usecases  # noqa: PLC0415

    monkeypatch.setattr(usecases, "find_open", once(lambda: hear(paid()), usecases.find_open))
    assert put(100, 100).json["state"] == "captured"
    assert spent() == (200, 300)


def test_what_a_capture_asks_of_dynamodb() -> None:
    kept(200)
    before = calls_of(lambda: hear(order("B0", total=1500)))
    with_checkout = calls_of(lambda: hear(paid()))
    assert len(with_checkout) - len(before) == 1


def test_customers_themselves_cannot_end_what_the_storefront_holds_and_spend_it() -> None:
    kept(293)
    assert end(by=ADA).status == 403
    assert redeem(1, by=ADA).json["type"] == "/problems/insufficient-points"
    hear(paid())
    assert spent() == (293, 0)
