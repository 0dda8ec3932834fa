"""A checkout: points and credit held for one cart, replaced as the cart changes, and ended by its maker."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from shared.roles import Role
from tests.harness.interruptions import calls_of, crash_at
from tests.integration.loyalty import wallet
from tests.integration.loyalty.checkout.checkouts import CART, end, funds, kept, look, money, put
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    call,
    entries,
    erasure,
    expire,
    hear,
    order,
    points,
    registration,
)
from tests.integration.loyalty.spending import held, hold, let_in, release

Clock = Callable[[str], None]
NOW = "2026-02-01T12:00:20+00:00"


@pytest.fixture(autouse=True)
def an_account(set_clock: Clock) -> None:
    """Ada has 293 points and $5 of credit."""
    set_clock(NOW)
    hear(registration(), order())
    assert wallet.issue(500).status == 201


def test_a_checkout_holds_points_and_credit_and_says_what_remains() -> None:
    answer = put(200, 300)
    assert (answer.status, answer.json) == (
        200,
        {
            "id": CART,
            "customer_id": ADA,
            "state": "held",
            "total": 2000,
            "currency": "USD",
            "points": {"used": 200, "value": 200, "captured": 0, "missing": 0},
            "credit": {"used": 300, "captured": 0, "missing": 0},
            "reward": None,
            "benefits": [],
            "remaining": 1500,
            "expires_at": "2026-02-01T12:31:00Z",
            "order_id": None,
            "spending_block": None,
            "version": 1,
        },
    )
    assert look().json == answer.json
    assert (funds(), money()) == ((93, 200), (200, 300))
    wallet.credit_entries()
    assert points() == [293, 0]


def test_most_is_what_the_cart_takes() -> None:
    set_programme(redeeming={"largest_share": 10})
    answer = kept("most", "most")
    assert (answer["points"]["used"], answer["credit"]["used"], answer["remaining"]) == (200, 500, 1300)


@pytest.mark.parametrize("steps", [(500, 293), (500, 100)])
def test_a_cart_without_points_or_credit_is_a_checkout_too(steps: tuple[int, int]) -> None:
    answer = kept(total=steps[0])
    assert (answer["state"], answer["remaining"], look().json) == ("held", steps[0], answer)
    assert kept(steps[1], total=steps[0])["version"] == 2
    assert funds() == (293 - steps[1], steps[1])


def test_a_changed_cart_replaces_what_is_held_in_one_entry() -> None:
    before = account().lots
    for version, (some, credit) in enumerate([(200, 0), (100, 500), (293, 1), (0, 0), (50, 50)], 1):
        answer = kept(some, credit)
        assert (answer["version"], answer["points"]["used"], answer["credit"]["used"]) == (version, some, credit)
        assert (funds(), money()) == ((293 - some, some), (500 - credit, credit))
        assert look().json == answer
    assert [entry.amount for entry in entries()[1:]] == [0] * 5
    wallet.credit_entries()
    assert end().json["state"] == "released"
    assert (account().lots, money()) == (before, (500, 0))


def test_a_change_that_cannot_be_leaves_the_checkout_as_it_was() -> None:
    first = kept(200, 300)
    for refused, slug in (
        (put(294), "insufficient-points"),
        (put(0, 501), "insufficient-credit"),
        (put(200, total=199), "invalid"),
        (put(1, currency="EUR"), "invalid"),
    ):
        assert refused.json["type"] == f"/problems/{slug}"
    assert look().json == first
    assert put(200, total=199).json["errors"][0]["field"] == "use.points"


@pytest.mark.parametrize("wrong", ["1_000", "all", True, -1, 0.5, 2**63, []])
def test_what_is_no_number_gets_one_error_at_its_field(wrong: Any) -> None:
    answer = put(wrong, wrong)
    assert answer.status == 422
    assert [each["field"] for each in answer.json["errors"]] == ["use.points", "use.credit"]
    assert all("'most', or a whole number" in each["message"] for each in answer.json["errors"])


def test_what_the_checkout_itself_holds_is_there_for_its_next_cart() -> None:
    kept(293, 500)
    refused = put(293, name="cart-2")
    assert (refused.status, refused.json["available"]) == (409, 0)
    assert kept(293, 500)["version"] == 2
    assert kept("most", name="cart-2")["points"]["used"] == 0


def test_only_its_maker_and_staff_change_or_end_it() -> None:
    kept(200)
    assert [put(1, by=ADA).status, end(by=ADA).status, look(by=ADA).status] == [403, 403, 200]
    assert put(1, by=ADA).json["made_by"] == "storefront"
    kept(10, name="own", by=ADA)
    assert [put(1, name="own").status, end("own").status, look("own").status] == [403, 403, 200]
    assert kept(20, name="own", by=Role.SUPPORT)["version"] == 2
    assert end("own", by=ADA).json["state"] == "released"
    assert end(by=Role.ADMIN).json["state"] == "released"


def test_others_find_no_checkout_and_take_none() -> None:
    hear(registration(BOB), order("A2", BOB))
    kept(200)
    assert [look(by=BOB).status, end(by=BOB).status, put(1, by=BOB).status] == [404, 404, 403]
    taken = put(1, customer_id=BOB)
    assert (taken.status, taken.json["type"]) == (409, "/problems/checkout-taken")
    assert put(1, customer_id=BOB, by=BOB).status == 409
    assert funds(BOB) == (293, 0)


def test_the_routes_of_plain_holds_do_not_reach_it() -> None:
    kept(200, 300)
    [hold_id] = account().balances.holds
    for path in (f"holds/{hold_id}", f"credit/holds/{hold_id}"):
        assert call("GET", f"/api/customers/{ADA}/{path}", by=Role.STOREFRONT).status == 422
        assert call("POST", f"/api/customers/{ADA}/{path}/release", None, by=ADA).status == 422


def test_an_ended_checkout_stays_ended() -> None:
    kept(200, 300)
    assert [end().json for _ in range(3)] == [look().json] * 3
    refused = put(100)
    assert (refused.status, refused.json["type"]) == (409, "/problems/checkout-ended")
    assert refused.json["state"] == "released"
    assert (funds(), money()) == ((293, 0), (500, 0))


def test_one_that_nobody_knows() -> None:
    assert [look("no").status, end("no").status, put(1, customer_id=BOB).status] == [404, 404, 404]


def test_its_time_is_over_and_the_next_cart_holds_again(set_clock: Clock) -> None:
    kept(200, 300)
    set_clock("2026-02-01T12:33:00+00:00")
    assert look().json["state"] == "expired"
    assert kept(293, 500, name="cart-2")["state"] == "held"
    expire()
    assert end("cart-2").json["state"] == "released"
    assert kept(100)["version"] == 2
    set_clock("2026-02-01T13:33:00+00:00")
    expire()
    assert (look().json["state"], funds()) == ("expired", (293, 0))
    assert kept(100)["version"] == 3


def test_a_cart_that_changes_at_midnight_holds_no_lot_that_has_ended(set_clock: Clock) -> None:
    wallet.issue(100, key="i2", expires_on="2026-02-01")
    set_clock("2026-02-01T23:50:00+00:00")
    kept(0, 600)
    set_clock("2026-02-02T00:05:00+00:00")
    assert put(0, 600).json["available"] == 500
    assert kept(0, 500)["credit"]["used"] == 500
    assert sum(wallet.lots().values()) == 0


def test_no_more_than_five_checkouts_and_holds_are_open() -> None:
    hold_ids = [held(1, key=f"h{number}") for number in range(4)]
    kept(1)
    assert put(1, name="cart-2").json["type"] == "/problems/too-many-holds"
    assert kept(2)["version"] == 2
    assert hold(1, key="h9").status == 409
    release(hold_ids[0])
    assert put(1, name="cart-2").status == 200


@pytest.mark.parametrize("amounts", [(1, 0), (0, 1)])
def test_who_cannot_spend_uses_nothing(amounts: tuple[int, int]) -> None:
    kept(100, 100)
    frozen = {"frozen": True, "reason": "fraud_suspected", "note": "x"}
    headers = {"If-Match": '"0"'}
    assert call("PUT", f"/api/customers/{ADA}/freeze", frozen, by=Role.SUPPORT, headers=headers).status == 200
    assert put(*amounts).json["why"] == "frozen"
    assert funds() == (193, 100)
    answer = kept("most", "most")
    assert (answer["spending_block"], answer["points"]["used"], answer["credit"]["used"]) == ("frozen", 0, 0)
    assert (funds(), money()) == ((293, 0), (500, 0))


def test_an_erased_customer_has_no_checkout() -> None:
    kept(200, 300)
    hear(erasure())
    assert [look().status, put(1).status, end().status] == [404, 404, 404]


@pytest.mark.parametrize("cart", [(100, 0), (0, 100), (100, 100), (0, 0)])
@pytest.mark.parametrize("write", [1, 2])
def test_a_crash_leaves_the_old_cart_or_the_new_one(cart: tuple[int, int], write: int) -> None:
    kept(200, 300)
    crashed = crash_at(write, lambda: put(*cart))
    assert crashed == (write == 1)
    assert look().json["points"]["used"] == (200 if crashed else cart[0])
    answer = kept(*cart)
    assert (funds(), money()) == ((293 - cart[0], cart[0]), (500 - cart[1], cart[1]))
    assert look().json == answer
    entries()
    wallet.credit_entries()


def test_what_a_checkout_asks_of_dynamodb() -> None:
    assert calls_of(lambda: put(200)) == ["GetItem", "TransactWriteItems"]
    assert calls_of(lambda: put(100)) == ["GetItem", "Query", "TransactWriteItems"]


def test_two_carts_at_once_are_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[dict[str, Any]] = []
    let_in(monkeypatch, lambda: answers.append(kept(100, 100)))
    answer = kept(200, 300)
    assert (answers[0]["version"], answer["version"]) == (1, 2)
    assert (funds(), money()) == ((93, 200), (200, 300))


@pytest.mark.parametrize("is_one_cart", [True, False])
def test_fifty_at_once_on_one_balance_hold_no_more_than_there_is(
    monkeypatch: pytest.MonkeyPatch, *, is_one_cart: bool
) -> None:
    """Each reads the account before the next one begins, and writes after it has ended."""
    answers: list[dict[str, Any]] = []

    def put_and_let_in(number: int) -> None:
        if number < 50:
            let_in(monkeypatch, lambda: put_and_let_in(number + 1))
            answer = put(50, 100, name=CART if is_one_cart else f"cart-{number}")
            answers.append(answer.json if answer.status == 200 else {"refused": answer.json["type"]})

    deepest = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        put_and_let_in(0)
    finally:
        sys.setrecursionlimit(deepest)
    used = [answer for answer in answers if "refused" not in answer]
    assert len(used) == (50 if is_one_cart else 5)
    refused = {answer["refused"] for answer in answers if "refused" in answer}
    assert refused <= {"/problems/insufficient-points", "/problems/insufficient-credit"}
    assert (funds(), money()) == ((243, 50), (400, 100)) if is_one_cart else ((43, 250), (0, 500))
    assert sorted(answer["version"] for answer in used) == ([*range(1, 51)] if is_one_cart else [1] * 5)
    entries()
    wallet.credit_entries()


def test_a_cart_that_changes_twenty_times_holds_what_the_last_one_uses() -> None:
    wishes = [(number * 37 % 294, number * 53 % 501) for number in range(20)]
    for points_used, credit in wishes:
        kept(points_used, credit)
    some, credit = wishes[-1]
    assert (look().json["version"], funds(), money()) == (20, (293 - some, some), (500 - credit, credit))
    assert end().json["state"] == "released"
    assert (funds(), money(), points()) == ((293, 0), (500, 0), [293, *[0] * 21])
    wallet.credit_entries()
