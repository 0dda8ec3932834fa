"""Store credit at the checkout: held, captured, released, and given back with its order's money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.ledger import store as ledger
from shared import ids
from shared.events.customers import OrderStatus
from shared.roles import Role
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, PLACED_AT, erasure, expire, hear, order, registration, told_of
from tests.integration.loyalty.wallet import (
    capture,
    credit,
    held,
    hold,
    issue,
    kinds,
    let_in,
    look,
    lots,
    release,
    revoke,
)

Clock = Callable[[str], None]


@pytest.fixture(autouse=True)
def a_customer_with_credit(empty: None) -> None:
    """Ada has $10.00 that ends in May 2030 and $20.00 that does not."""
    hear(registration())
    issue(1_000, key="soon", expires_on="2030-05-05")
    issue(2_000, key="ever")


def test_a_hold_is_of_what_expires_soonest_and_moves_nothing_else() -> None:
    answer = hold(1_500, order_id="A1")
    assert answer.status == 201
    made = answer.json
    assert (made["state"], made["amount"], made["currency"], made["captured"]) == ("held", 1_500, "USD", 0)
    assert made["order_id"] == "A1"
    assert lots() == {"9999-12-31": 1_500}
    [shown] = look().json["data"]
    assert (shown["balance"], shown["available"], shown["held"]) == (3_000, 1_500, 1_500)
    assert look(f"/holds/{made['id']}").json == made
    assert hold(1_500, order_id="A1").headers["Idempotent-Replayed"] == "true"
    assert [kind for kind, _ in kinds()] == ["issued", "issued", "held"]


def test_a_capture_spends_and_says_the_same_however_often_it_is_asked() -> None:
    name = held(1_500)
    answers = [capture(name, order_id="A1") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert answers[0].json == answers[1].json == answers[2].json == look(f"/holds/{name}").json
    assert (answers[0].json["state"], answers[0].json["captured"]) == ("captured", 1_500)
    assert kinds()[2:] == [("held", 0), ("captured", -1_500)]
    [told] = told_of("CreditSpent")
    assert (told["amount"], told["balance"], told["order_id"], told["cause"]) == (-1_500, 1_500, "A1", name)
    assert credit().balances.spent == 1_500


def test_a_part_is_captured_and_the_rest_goes_back_to_its_lots() -> None:
    name = held(1_500)
    assert capture(name, amount=400).json["captured"] == 400
    # The soonest expiring was spent; of what was held, the later comes back.
    assert lots() == {"2030-05-05": 600, "9999-12-31": 2_000}
    assert kinds()[-1] == ("captured", -400)
    for other in ({}, {"amount": 500}, {"amount": 400, "order_id": "B2"}):
        answer = capture(name, **other)
        assert (answer.status, answer.json["type"]) == (409, "/problems/hold-ended")
        assert (answer.json["state"], answer.json["captured"]) == ("captured", 400)
    assert len(kinds()) == 4


def test_a_payment_that_fails_three_times_gives_back_once() -> None:
    name = held(1_500)
    answers = [release(name) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert answers[0].json == answers[1].json == answers[2].json
    assert answers[0].json["state"] == "released"
    assert lots() == {"2030-05-05": 1_000, "9999-12-31": 2_000}
    assert kinds()[2:] == [("held", 0), ("released", 0)]
    answer = capture(name)
    assert (answer.status, answer.json["state"]) == (409, "released")


def test_what_was_captured_is_not_released() -> None:
    name = held(1_500)
    capture(name)
    answer = release(name)
    assert (answer.status, answer.json["state"], answer.json["captured"]) == (409, "captured", 1_500)
    assert credit().balance == 1_500


def test_one_credit_is_not_in_two_checkouts() -> None:
    held(2_500)
    answer = hold(501, key="other")
    assert (answer.status, answer.json["type"]) == (409, "/problems/insufficient-credit")
    assert (answer.json["balance"], answer.json["available"]) == (3_000, 500)
    assert hold(500, key="third").status == 201


def test_two_checkouts_at_once_cannot_hold_the_same_credit(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: hold(2_000, key="one"))
    answer = hold(2_000, key="other")
    assert (answer.status, answer.json["available"]) == (409, 1_000)
    let_in(monkeypatch, lambda: hold(600, key="third"))
    assert hold(400, key="fourth").status == 201
    assert credit().balances.held == 3_000


def test_the_same_request_twice_at_once_holds_once(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: hold(1_000))
    assert hold(1_000).headers["Idempotent-Replayed"] == "true"
    assert credit().balances.held == 1_000


@pytest.mark.parametrize("faster", [capture, release])
@pytest.mark.parametrize("slower", [capture, release])
def test_of_a_capture_and_a_release_at_once_one_happens(
    monkeypatch: pytest.MonkeyPatch, faster: Callable[[str], Any], slower: Callable[[str], Any]
) -> None:
    name = held(1_500)
    first: list[Any] = []
    let_in(monkeypatch, lambda: first.append(faster(name)))
    answer = slower(name)
    assert first[0].status == 200
    assert answer.status == (200 if faster is slower else 409)
    assert len(kinds()) == 4
    assert credit().balances.held == 0
    assert credit().balance == (1_500 if faster is capture else 3_000)


@pytest.mark.parametrize("call", [capture, release])
def test_an_answer_that_got_lost_is_given_again(monkeypatch: pytest.MonkeyPatch, call: Callable[[str], Any]) -> None:
    name = held(1_500)
    with monkeypatch.context() as broken:
        write = ledger.write

        def write_and_crash(*writes: Any, **names: Any) -> None:
            write(*writes, **names)
            raise ConnectionResetError

        broken.setattr(ledger, "write", write_and_crash)
        assert call(name).status == 500
    assert call(name).status == 200
    assert len(kinds()) == 4


def test_a_crash_before_the_write_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:

        def crash(*_: Any, **__: Any) -> None:
            raise ConnectionResetError

        broken.setattr(ledger, "write", crash)
        assert hold(1_500).status == 500
    assert kinds() == [("issued", 1_000), ("issued", 2_000)]
    assert hold(1_500).status == 201


def test_credit_whose_last_day_is_over_is_not_held_though_the_job_has_not_come_yet(set_clock: Clock) -> None:
    set_clock("2026-02-01T12:00:00+00:00")
    assert issue(700, key="february", expires_on="2026-02-28").status == 201
    set_clock("2026-03-01T00:00:00+00:00")
    answer = hold(3_001)
    assert (answer.status, answer.json["available"]) == (409, 3_000)
    assert kinds()[-1] == ("expired", -700)
    assert hold(3_000).status == 201


def test_a_key_that_held_one_currency_holds_no_other() -> None:
    held(500, key="k")
    again = hold(500, key="k", currency="EUR")
    assert (again.status, again.json["type"]) == (422, "/problems/idempotency-key-reused")
    issue(700, key="euros", currency="EUR")
    assert hold(500, key="k", currency="EUR").json["type"] == "/problems/idempotency-key-reused"


def test_at_most_five_are_open_and_no_more_than_is_held_is_captured() -> None:
    names = [held(10, key=f"h{n}") for n in range(5)]
    answer = hold(10, key="sixth")
    assert (answer.status, answer.json["type"]) == (409, "/problems/too-many-holds")
    assert capture(names[0], amount=11).json["errors"][0]["field"] == "amount"
    assert capture(names[0], amount=0).status == 422
    assert release(names[0]).status == 200
    assert hold(10, key="seventh").status == 201


def test_a_hold_runs_out_and_gives_back_once(set_clock: Clock) -> None:
    set_programme(credit={"hold_minutes": 20})
    set_clock("2026-12-01T12:00:00+00:00")
    name = held(1_500)
    assert look(f"/holds/{name}").json["expires_at"] == "2026-12-01T12:20:00Z"
    set_clock("2026-12-01T12:20:30+00:00")
    assert look(f"/holds/{name}").json["state"] == "held"
    set_clock("2026-12-01T12:21:30+00:00")
    answer = capture(name)
    assert (answer.status, answer.json["state"]) == (409, "expired")
    expire()
    expire()
    assert kinds()[2:] == [("held", 0), ("released", 0)]
    assert lots() == {"2030-05-05": 1_000, "9999-12-31": 2_000}
    assert look(f"/holds/{name}").json["state"] == "expired"
    assert release(name).json["state"] == "expired"
    assert capture(name).status == 409


def test_a_hold_that_ran_out_is_in_nobodys_way(set_clock: Clock) -> None:
    set_clock("2026-12-01T12:00:00+00:00")
    held(3_000)
    set_clock("2026-12-01T13:00:00+00:00")
    assert hold(3_000, key="later").status == 201


def test_what_ended_while_it_was_held_has_ended_when_it_comes_back(set_clock: Clock) -> None:
    set_clock("2030-05-05T23:50:00+00:00")
    name = held(1_000)
    set_clock("2030-05-06T00:10:00+00:00")
    expire()
    assert credit().balance == 3_000
    release(name)
    assert lots() == {"2030-05-05": 1_000, "9999-12-31": 2_000}
    expire()
    assert (lots(), credit().balance) == ({"9999-12-31": 2_000}, 2_000)


def test_a_hold_is_its_customers_alone() -> None:
    hear(registration(BOB))
    issue(500, key="bob", customer_id=BOB)
    name = held(1_500)
    for call in (capture, release):
        assert call(name, customer_id=BOB).status == 404
    assert look(f"/holds/{name}", customer_id=BOB).status == 404
    assert capture(name, by=BOB).status == 403
    assert capture(ids.named_after("0" * 32, "hld")).status == 404
    assert capture("hld_x").status in {404, 422}
    assert capture(name, by=ADA).status == 200
    assert release(name, customer_id=BOB).status == 404
    assert capture(name, by=Role.MARKETING).status == 403


def test_nobody_holds_where_there_is_no_credit() -> None:
    assert hold(1, currency="EUR").status == 404
    assert hold(0).status == 422
    hear(erasure())
    assert hold(1, key="late").status == 404


def test_an_account_that_is_erased_meanwhile_pays_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    name = held(1_500)
    hear(erasure())
    assert capture(name).status == 404
    assert credit().balance == 0


def paid_with_credit(amount: int = 1_500, order_id: str = "A1", key: str = "h1") -> None:
    """An order of $29.33, part of which store credit paid."""
    assert capture(held(amount, key=key), order_id=order_id).status == 200


def cancelled(**facts: Any) -> Any:
    return order(status=OrderStatus.CANCELLED, cancelled_at=PLACED_AT, **facts)


def test_credit_comes_back_with_the_money_of_its_order() -> None:
    paid_with_credit()
    hear(order())
    hear(order(refunded=1_466, status=OrderStatus.PARTLY_REFUNDED))
    # 1,500 x 1,466 / 2,933, rounded down; what expires latest comes back first.
    assert kinds()[-1] == ("restored", 749)
    hear(order(refunded=2_933, status=OrderStatus.REFUNDED))
    assert kinds()[-1] == ("restored", 751)
    assert lots() == {"2030-05-05": 1_000, "9999-12-31": 2_000}
    assert [told["amount"] for told in told_of("CreditRestored")] == [749, 751]
    assert credit().balances.spent == 0


def test_a_cancellation_gives_all_back_once_whatever_comes_twice_or_late() -> None:
    paid_with_credit()
    hear(cancelled(), version=9_000_009)
    hear(cancelled(), version=9_000_009)
    hear(order(refunded=100, status=OrderStatus.PARTLY_REFUNDED), version=9_000_008)
    assert kinds()[3:] == [("captured", -1_500), ("restored", 1_500)]
    assert credit().balance == 3_000


def test_a_reinstated_order_takes_its_credit_again_and_a_later_refund_gives_it_back() -> None:
    paid_with_credit()
    hear(order(), cancelled())
    hear(order(reinstated_at=PLACED_AT))
    assert kinds()[4:] == [("restored", 1_500), ("redeemed", -1_500)]
    assert [told["amount"] for told in told_of("CreditSpent")] == [-1_500, -1_500]
    hear(order(reinstated_at=PLACED_AT, refunded=2_933, status=OrderStatus.REFUNDED))
    assert kinds()[6:] == [("restored", 1_500)]
    assert credit().balance == 3_000


def test_what_came_back_and_was_spent_elsewhere_is_owed_and_filled_by_the_next_issue() -> None:
    paid_with_credit(3_000)
    hear(cancelled())
    paid_with_credit(2_500, order_id="A2", key="h2")
    hear(order(reinstated_at=PLACED_AT))
    [shown] = look().json["data"]
    assert (shown["balance"], shown["available"], shown["owed"]) == (-2_500, 0, 2_500)
    assert issue(2_600, key="new").json["balance"] == 100
    assert credit().available == 100


def test_an_order_without_money_gives_back_when_it_is_cancelled() -> None:
    paid_with_credit()
    hear(order(total=0))
    assert credit().balance == 1_500
    hear(cancelled(total=0))
    assert credit().balance == 3_000


def test_two_holds_of_one_order_come_back_together_and_other_currencies_apart() -> None:
    issue(400, key="eur", currency="EUR")
    paid_with_credit(1_000)
    paid_with_credit(500, key="h2")
    name = hold(300, key="h3", currency="EUR").json["id"]
    capture(name, order_id="A1")
    hear(cancelled())
    assert kinds()[-1] == ("restored", 1_500)
    assert kinds(currency="EUR")[-1] == ("restored", 300)


def test_what_had_expired_comes_back_with_a_grace(set_clock: Clock) -> None:
    set_clock("2030-04-01T12:00:00+00:00")
    paid_with_credit()
    set_clock("2030-07-01T12:00:00+00:00")
    expire()
    hear(cancelled())
    assert lots() == {"2030-07-31": 1_000, "9999-12-31": 2_000}


def test_credit_whose_day_is_over_ends_with_a_released_hold_and_an_unpaid_order(set_clock: Clock) -> None:
    set_clock("2030-04-01T12:00:00+00:00")
    hold_id = held(700, key="h2")
    paid_with_credit(800)
    set_clock("2030-07-01T12:00:00+00:00")
    release(hold_id)
    hear(cancelled(paid_at=None))
    expire()
    assert lots() == {"9999-12-31": 2_000}


def test_an_erased_customer_gets_nothing_back() -> None:
    paid_with_credit()
    hear(erasure())
    hear(cancelled())
    assert kinds()[-1] == ("voided", -1_500)


def test_revoking_and_capturing_at_once_never_goes_below_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: revoke(2_000))
    assert hold(1_500).status == 409
    assert credit().balance == 1_000


def test_credit_that_pays_for_an_order_cancelled_before_comes_back_at_once() -> None:
    name = hold(1_000).json["id"]
    hear(cancelled())
    for _ in range(2):  # whoever asks again after a crash finishes it
        capture(name, order_id="A1")
        assert (credit().balance, credit().available) == (3_000, 3_000)
