"""Points and credit pay for one's own orders, and for nobody else's without somebody knowing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.orders import spending
from shared.events.customers import CustomersMerged, OrderStatus
from shared.roles import Role
from tests.integration.loyalty import wallet
from tests.integration.loyalty.shop import ADA, BOB, PLACED_AT, account, adjust, hear, order, registration
from tests.integration.loyalty.spending import capture, held, hold, redeem

ALARM = "OrdersPaidByOthers"


@pytest.fixture(autouse=True)
def two(set_clock: Callable[[str], None]) -> None:
    """Ada has points and $20 of credit; the order B1 is Bob's, and A1 hers."""
    set_clock("2026-02-01T12:00:20+00:00")
    hear(registration(), registration(BOB, email="bob@example.com"))
    assert adjust({"points": 500, "reason": "A gift"}).status == 201
    assert wallet.issue(2_000).status == 201
    hear(order("A1"), order("B1", BOB))


@pytest.fixture(autouse=True)
def alarms(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the metric counted."""
    counted: list[str] = []
    monkeypatch.setattr(spending, "count", counted.append)
    return counted


def refused(answer: Any) -> bool:
    assert answer.status == 422, answer.text
    return [error["field"] for error in answer.json["errors"]] == ["order_id"]


def test_nobody_spends_on_an_order_of_somebody_else(alarms: list[str]) -> None:
    before = account().available
    for by in (Role.STOREFRONT, ADA):
        assert refused(redeem(100, order_id="B1", by=by))
        assert refused(hold(100, order_id="B1", by=by))
        assert refused(wallet.hold(100, order_id="B1", by=by))
        assert refused(capture(held(100), order_id="B1", by=by))
        assert refused(wallet.capture(wallet.held(100), order_id="B1", by=by))
    assert account().available == before - 100
    assert alarms == []


def test_one_spends_on_ones_own_and_on_what_is_not_known_yet(alarms: list[str]) -> None:
    assert redeem(100, order_id="A1").status == 201
    assert redeem(100, key="r2", order_id="A2").status == 201
    assert capture(held(50, order_id="A3")).status == 200
    assert wallet.capture(wallet.held(100, order_id="A3")).status == 200
    hear(order("A2"), order("A3"))
    assert alarms == []


def test_an_order_that_arrives_between_hold_and_capture_counts() -> None:
    one = held(100, order_id="B2")
    hear(order("B2", BOB))
    assert refused(capture(one))


def test_the_same_request_gets_its_first_answer_whoever_the_order_turns_out_to_be() -> None:
    first = redeem(100, order_id="B2")
    hear(order("B2", BOB))
    again = redeem(100, order_id="B2")
    assert (again.status, again.json) == (first.status, first.json)


def test_the_refund_of_an_order_that_turned_out_to_be_somebody_elses_gives_nothing_back_and_raises_the_alarm(
    alarms: list[str],
) -> None:
    assert redeem(100, order_id="B2").status == 201
    assert wallet.capture(wallet.held(100), order_id="B2").status == 200
    left = account().available
    hear(order("B2", BOB))
    assert alarms == []
    hear(order("B2", BOB, refunded=2933, status=OrderStatus.REFUNDED))
    assert (account().available, alarms) == (left, [ALARM] * 2)
    assert wallet.hold(1_901, key="all").status == 409


def test_an_unpaid_order_of_somebody_else_gives_nothing_back_either(alarms: list[str]) -> None:
    assert redeem(100, order_id="B2").status == 201
    left = account().available
    hear(order("B2", BOB, paid_at=None, cancelled_at=PLACED_AT, status=OrderStatus.CANCELLED))
    assert (account().available, alarms) == (left, [ALARM])


def test_of_an_order_without_a_person_what_was_spent_comes_back(alarms: list[str]) -> None:
    before = account().available
    assert redeem(100, order_id="T1").status == 201
    hear(order("T1", None, paid_at=None, cancelled_at=PLACED_AT, status=OrderStatus.CANCELLED))
    assert (account().available, alarms) == (before, [])


def test_an_order_that_arrives_while_it_is_paid_raises_the_alarm(
    monkeypatch: pytest.MonkeyPatch, alarms: list[str]
) -> None:
    check = spending.check_own_order

    def check_too_early(*about: Any) -> None:
        check(*about)
        hear(order("B2", BOB))

    monkeypatch.setattr("loyalty.checkout.points_wallet.check_own_order", check_too_early)
    assert redeem(100, order_id="B2").status == 201
    assert alarms == [ALARM]


def test_two_who_were_one_person_spend_on_the_orders_of_both(alarms: list[str]) -> None:
    assert redeem(100, order_id="B2").status == 201
    hear(CustomersMerged(customer_id=ADA, merged_id=BOB, merged_at=PLACED_AT))
    assert redeem(100, key="r2", order_id="B1").status == 201
    hear(order("B2", BOB))
    assert alarms == []
