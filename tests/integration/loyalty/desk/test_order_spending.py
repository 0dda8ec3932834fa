"""What was spent on an order, and what of it came back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import clock
from shared.events.customers import OrderStatus
from shared.roles import Role
from tests.integration.loyalty import wallet
from tests.integration.loyalty.catalogue import claim, give, reward, settle
from tests.integration.loyalty.checkout.checkouts import kept, paid
from tests.integration.loyalty.desk.lists import DENIED, merge, statuses
from tests.integration.loyalty.shop import ADA, BOB, erasure, expire, get, hear, order
from tests.integration.loyalty.spending import capture, held, redeem, release

A_DAY = datetime(2026, 2, 2, tzinfo=UTC)
NOTHING = {"currency": None, "spent": 0, "given_back": 0, "value": None}


@pytest.fixture(autouse=True)
def has_points() -> None:
    hear(order("A0"))
    give(707)


def spent_on(order_id: str = "A1") -> dict[str, Any]:
    answer = get(f"/api/loyalty/orders/{order_id}/spending")
    assert answer.status == 200, answer.text
    body: dict[str, Any] = answer.json
    return body


def test_an_order_that_nobody_paid_so_has_sums_of_nothing() -> None:
    release(held(100, order_id="A1"))
    assert spent_on() == {
        "order_id": "A1",
        "points": NOTHING,
        "credit": [],
        "rewards": NOTHING,
        "spent": [],
        "given_back": [],
    }


def test_captures_redemptions_and_credit_are_summed_with_their_worth() -> None:
    capture(held(200), points=150, order_id="A1")
    redeem(50, order_id="A1")
    wallet.issue(900)
    wallet.capture(wallet.held(300), amount=250, order_id="A1")
    redeem(10, key="other", order_id="A2")
    found = spent_on()
    assert found["points"] == {"currency": None, "spent": 200, "given_back": 0, "value": 200}
    assert found["credit"] == [{"currency": "USD", "spent": 250, "given_back": 0, "value": None}]
    assert [(row["what"], row["kind"], row["amount"], row["value"], row["currency"]) for row in found["spent"]] == [
        ("points", "captured", -150, 150, "USD"),
        ("points", "redeemed", -50, 50, "USD"),
        ("credit", "captured", -250, None, "USD"),
    ]
    assert {row["customer_id"] for row in found["spent"]} == {ADA}


def test_a_checkout_that_the_payment_captured_is_summed_too() -> None:
    wallet.issue(900)
    kept(200, 300)
    hear(paid())
    found = spent_on("B1")
    assert found["points"] == {"currency": None, "spent": 200, "given_back": 0, "value": 200}
    assert found["credit"] == [{"currency": "USD", "spent": 300, "given_back": 0, "value": None}]


def test_a_checkout_that_was_paid_after_its_end_is_summed_once(set_clock: Callable[[str], None]) -> None:
    kept(200)
    set_clock((clock.now() + timedelta(days=2)).isoformat())
    expire()
    hear(paid())
    found = spent_on("B1")
    assert found["points"]["spent"] == 200
    assert [(row["kind"], row["amount"]) for row in found["spent"]] == [("redeemed", -200)]


def test_refunds_give_back_and_a_reinstatement_takes_again() -> None:
    capture(held(200), order_id="A1")
    hear(order("A1", total=1_000))
    hear(order("A1", total=1_000, refunded=500, status=OrderStatus.PARTLY_REFUNDED))
    assert spent_on()["points"] == {"currency": None, "spent": 200, "given_back": 100, "value": 200}
    hear(order("A1", total=1_000, refunded=500, cancelled_at=A_DAY, status=OrderStatus.CANCELLED))
    assert spent_on()["points"]["given_back"] == 200
    hear(order("A1", total=1_000, reinstated_at=A_DAY))
    found = spent_on()
    assert (found["points"]["spent"], found["points"]["given_back"]) == (200, 0)
    assert [row["amount"] for row in found["given_back"]] == [100, 100, -200]


def test_a_reward_claimed_for_the_order_is_a_sum_of_its_own() -> None:
    mug = reward()
    answer = claim(mug, order_id="A1").json
    claim(mug, key="other")
    found = spent_on()
    assert found["points"] == NOTHING
    assert found["rewards"] == {"currency": None, "spent": 200, "given_back": 0, "value": 800}
    [row] = found["spent"]
    assert (row["what"], row["reward_id"], row["cause"], row["amount"]) == ("reward", mug, answer["id"], -200)
    settle(answer["id"], "cancel")
    assert spent_on()["rewards"]["given_back"] == 200


def test_a_claim_sent_twice_is_one() -> None:
    mug = reward()
    claim(mug, order_id="A1")
    assert claim(mug, order_id="A1").headers["Idempotent-Replayed"] == "true"
    assert len(spent_on()["spent"]) == 1


def test_an_order_id_in_a_path_is_percent_encoded() -> None:
    redeem(50, order_id="#1001/A")
    assert spent_on("%231001%2FA")["points"]["spent"] == 50


def test_a_merge_and_an_erasure_leave_what_the_books_need() -> None:
    redeem(50, order_id="A1")
    claim(reward(), order_id="A1")
    before = spent_on()
    hear(order("B1", BOB))
    merge(ADA, BOB)
    assert spent_on() == before
    hear(erasure(BOB))
    assert spent_on() == before


def test_only_the_service_desk_reads_it() -> None:
    path = "/api/loyalty/orders/A1/spending"
    assert statuses(path, Role.ADMIN, Role.SUPPORT) == {200}
    assert statuses(path, *DENIED, ADA) == {403}
