"""Points that are spent at once; and what becomes of points spent on an order when the order changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.ledger.balances import EntryKind
from shared.events.customers import OrderRecorded, OrderStatus
from shared.items.table import BusyError
from shared.roles import Role
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    adjust,
    entries,
    erasure,
    expire,
    hear,
    order,
    points,
    registration,
    told_of,
)
from tests.integration.loyalty.spending import (
    WRITING,
    capture,
    crash_before_answering,
    held,
    let_in,
    places,
    post,
    redeem,
)

Clock = Callable[[str], None]
NOW = "2026-02-01T12:00:20+00:00"
LATER = "2026-02-03T00:00:00Z"
LATEST = "2026-02-04T00:00:00Z"
Spend = Callable[[int, str], None]


@pytest.fixture(autouse=True)
def an_account(set_clock: Clock) -> None:
    """Ada has 293 points."""
    set_clock(NOW)
    hear(registration(), order())


def redeem_on(amount: int, order_id: str) -> None:
    assert redeem(amount, key=f"r-{order_id}-{amount}", order_id=order_id).status == 201


def capture_on(amount: int, order_id: str) -> None:
    assert capture(held(amount, key=f"h-{order_id}"), order_id=order_id).status == 200


BOTH = pytest.mark.parametrize("spend", [redeem_on, capture_on])


def test_a_redemption_spends_at_once_and_tells_of_it() -> None:
    answer = redeem(200)
    assert (answer.status, {**answer.json, "id": ""}) == (
        201,
        {
            "id": "",
            "points": 200,
            "value": 200,
            "currency": "USD",
            "order_id": None,
            "balance": 93,
            "available": 93,
            "redeemed_at": "2026-02-01T12:00:20Z",
        },
    )
    assert (places(), points(), account().balances.spent) == ((93, 0, 0), [293, -200], 200)
    [told] = told_of("PointsRedeemed")
    assert (told["points"], told["value"], told["order_id"]) == (-200, 200, None)
    assert told["cause"] == answer.json["id"]


def test_a_redemption_of_more_than_there_is_is_refused_with_the_balance() -> None:
    held(100)
    answer = redeem(194)
    assert (answer.status, answer.json["type"]) == (409, "/problems/insufficient-points")
    assert (answer.json["balance"], answer.json["available"]) == (293, 193)


def test_points_of_a_checkout_that_was_left_can_be_spent_before_the_job_comes(set_clock: Clock) -> None:
    held(200)
    set_clock("2026-02-01T12:40:00+00:00")
    assert redeem(293).status == 201
    assert places() == (0, 0, 0)


@pytest.mark.parametrize("more", [0, 293])
def test_points_whose_last_day_is_over_are_not_spent_though_the_job_has_not_come_yet(
    more: int, set_clock: Clock
) -> None:
    if more:
        hear(order("A2", placed_at="2026-02-01T00:00:00Z"))
    set_clock("2027-01-31T23:59:59+00:00")
    assert redeem(93).status == 201
    set_clock("2027-02-01T00:00:00+00:00")
    answer = redeem(more + 1, key="r2")
    assert (answer.status, answer.json["balance"], answer.json["available"]) == (409, more, more)
    assert [entry.entry_kind for entry in entries()][-1] is EntryKind.EXPIRED
    assert redeem(more, key="r3").status == (201 if more else 422)
    assert account().balance == 0


def test_points_that_nobody_used_for_too_long_do_not_live_again_with_an_order_that_comes_before_the_job(
    set_clock: Clock,
) -> None:
    set_programme(expiry={"mode": "inactivity", "months": 6})
    hear(order("A2"))
    set_clock("2026-08-02T00:10:00+00:00")
    hear(order("A3", placed_at="2026-08-02T00:00:00Z"))
    # The first order's points have a day of their own: they were given before activity counted.
    assert points() == [293, 293, -293, 293]
    assert entries()[2].actor == "service:loyalty"
    assert redeem(600).json["available"] == 586


@pytest.mark.parametrize("code", ["adjust", "reinstate"])
def test_nor_do_staff_or_a_reinstated_order_take_what_is_over(code: str, set_clock: Clock) -> None:
    redeem_on(100, "B1")
    hear(_unearned(cancelled_at=LATER, status=OrderStatus.CANCELLED))
    set_clock("2027-02-01T00:10:00+00:00")
    if code == "adjust":
        assert adjust({"points": -100, "reason": "x"}).status == 409
    else:
        hear(_unearned(reinstated_at=LATEST))
        assert places() == (0, 0, 100)
    assert [entry.amount for entry in entries() if entry.entry_kind is EntryKind.EXPIRED] == [-293]


def test_a_request_that_stays_busy_is_to_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> None:
        raise BusyError

    monkeypatch.setattr(WRITING, busy)
    answer = redeem(100)
    assert (answer.status, answer.headers["Retry-After"]) == (409, "1")


def test_the_same_request_redeems_once_and_is_answered_the_same() -> None:
    first, second = redeem(100), redeem(100)
    assert (second.json, second.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert redeem(99).json["type"] == "/problems/idempotency-key-reused"
    assert redeem(100, key=None).json["type"] == "/problems/idempotency-key-required"
    assert points() == [293, -100]


def test_the_same_request_twice_at_once_redeems_once(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: redeem(100, order_id="B1"))
    assert redeem(100, order_id="B1").headers["Idempotent-Replayed"] == "true"
    assert points() == [293, -100]


def test_of_two_redemptions_at_once_that_do_not_both_fit_one_is_told_the_balance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_in(monkeypatch, lambda: redeem(200, key="other"))
    answer = redeem(200, key="one")
    assert (answer.status, answer.json["balance"]) == (409, 93)
    assert points() == [293, -200]


def test_a_hold_and_a_redemption_at_once_cannot_use_the_same_points(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: held(200))
    assert redeem(200).json["available"] == 93
    assert places() == (93, 200, 0)


def test_a_crash_after_the_write_is_made_good_by_asking_again(monkeypatch: pytest.MonkeyPatch) -> None:
    crash_before_answering(monkeypatch)
    assert redeem(100).status == 500
    assert redeem(100).json["balance"] == 193
    assert points() == [293, -100]


def test_the_first_answer_comes_again_whatever_became_of_the_account() -> None:
    first = redeem(200)
    hear(order("A2"))
    set_programme(redeeming={"ladder": [{"points": 50, "value": 500}]})
    again = redeem(200)
    assert (again.status, again.json, again.headers["Idempotent-Replayed"]) == (201, first.json, "true")
    assert redeem(200, order_id="B1").json["type"] == "/problems/idempotency-key-reused"
    assert points() == [293, -200, 293]


def test_a_crash_before_a_called_off_order_gives_back_is_made_good_by_asking_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hear(order("B1", total=1000, paid_at=None, cancelled_at=LATER, status=OrderStatus.CANCELLED))
    crash_before_answering(monkeypatch)
    assert redeem(200, order_id="B1").status == 500
    assert places() == (93, 0, 0)
    assert redeem(200, order_id="B1").headers["Idempotent-Replayed"] == "true"
    assert (places(), account().balances.spent) == ((293, 0, 0), 0)


def test_a_ladder_gives_for_its_steps_alone() -> None:
    set_programme(redeeming={"ladder": [{"points": 100, "value": 1000}, {"points": 200, "value": 2500}]})
    assert redeem(200).json["value"] == 2500
    assert redeem(50, key="r2").json["errors"][0]["message"] == "One of 100, 200"


def test_the_smallest_redemption_is_kept_to() -> None:
    set_programme(redeeming={"smallest": 150})
    assert redeem(149).json["errors"] == [{"field": "points", "message": "At least 150"}]
    assert redeem(150, key="r2").status == 201


@pytest.mark.parametrize("body", [{"points": 5, "value": 9}, {}, {"points": 5, "order_id": "a\u0000b"}])
def test_what_is_wrong_with_a_redemption_is_named(body: Any) -> None:
    assert post("redemptions", body, key="k").status == 422


def test_customers_redeem_their_own_points_and_nobody_elses() -> None:
    assert redeem(100, by=ADA).status == 201
    assert redeem(100, by=BOB, key="r2").status == 403
    assert redeem(100, by=Role.MARKETING, key="r3").status == 403
    assert post("redemptions", {"points": 1}, key="k", customer_id=BOB).status == 404


def test_an_erased_customer_has_nothing_to_redeem() -> None:
    redeem(1)
    hear(erasure())
    assert [redeem(1).status, redeem(1, key="r2").status] == [404, 404]


@BOTH
def test_what_was_spent_on_an_order_comes_back_in_proportion_to_its_refund(spend: Spend) -> None:
    spend(200, "B1")
    hear(_unearned(refunded=400))
    assert (account().available, account().balances.spent) == (93 + 80, 120)
    hear(_unearned(refunded=1000, status=OrderStatus.REFUNDED))
    assert (account().available, account().balances.spent) == (293, 0)
    [*_, first, second] = entries()
    assert [(entry.entry_kind, entry.amount) for entry in (first, second)] == [
        (EntryKind.RESTORED, 80),
        (EntryKind.RESTORED, 120),
    ]
    assert sorted(told["points"] for told in told_of("PointsRestored")) == [80, 120]
    assert {told["order_id"] for told in told_of("PointsRestored")} == {"B1"}


@BOTH
def test_what_was_spent_comes_back_when_the_order_is_cancelled_and_is_taken_again_when_it_is_reinstated(
    spend: Spend,
) -> None:
    before = account().lots
    spend(200, "B1")
    hear(_unearned(cancelled_at=LATER, status=OrderStatus.CANCELLED))
    assert (account().lots, account().balances.spent) == (before, 0)
    hear(_unearned(reinstated_at=LATEST))
    assert (account().available, account().balances.spent) == (93, 200)
    hear(_unearned(cancelled_at=LATER, status=OrderStatus.CANCELLED))
    assert (account().lots, account().balances.spent) == (before, 0)


def test_points_that_were_given_back_and_spent_elsewhere_are_owed_when_the_order_is_reinstated() -> None:
    redeem_on(200, "B1")
    hear(_unearned(cancelled_at=LATER, status=OrderStatus.CANCELLED))
    assert redeem(293).status == 201
    hear(_unearned(reinstated_at=LATEST))
    assert (places(), account().balance) == ((0, 0, 200), -200)
    assert redeem(1, key="r2").json["balance"] == -200


def test_an_order_that_is_partly_paid_with_points_earns_on_its_money_and_restores_both_ways() -> None:
    redeem_on(200, "B1")
    hear(order("B1", total=1000))
    assert places() == (93 + 100, 0, 0)
    hear(order("B1", total=1000, refunded=500, status=OrderStatus.PARTLY_REFUNDED))
    assert places() == (93 + 50 + 100, 0, 0)
    hear(order("B1", total=1000, refunded=1000, status=OrderStatus.REFUNDED))
    assert (places(), account().balances.spent, account().earned) == ((293, 0, 0), 0, 293)


def test_an_order_that_points_paid_whole_gives_them_back_when_it_is_cancelled() -> None:
    redeem_on(200, "B1")
    hear(order("B1", total=0, cancelled_at=LATER, status=OrderStatus.CANCELLED))
    assert places() == (293, 0, 0)


@BOTH
@pytest.mark.parametrize("total", [0, 1000])
def test_what_is_spent_on_an_order_that_was_cancelled_before_comes_back_at_once(total: int, spend: Spend) -> None:
    hear(order("B1", total=total, paid_at=None, cancelled_at=LATER, status=OrderStatus.CANCELLED))
    spend(200, "B1")
    assert (account().available, account().balances.spent) == (293, 0)


def test_what_is_spent_late_on_an_order_follows_what_of_it_stands() -> None:
    hear(order("B1", total=1000))
    hear(order("B1", total=1000, refunded=500, status=OrderStatus.PARTLY_REFUNDED))
    before = account().available
    redeem_on(100, "B1")
    assert account().available == before - 50
    redeem_on(50, "B1")
    assert account().available == before - 75
    hear(order("B1", total=1000, refunded=1000, status=OrderStatus.REFUNDED))
    assert account().balances.spent == 0


def test_an_order_that_was_reinstated_keeps_what_is_spent_on_it() -> None:
    hear(order("B1", total=0, cancelled_at=LATER, status=OrderStatus.CANCELLED))
    hear(order("B1", total=0, reinstated_at=LATER))
    redeem_on(100, "B1")
    assert account().available == 193


def test_several_redemptions_on_one_order_come_back_together() -> None:
    redeem_on(100, "B1")
    capture_on(50, "B1")
    hear(_unearned(refunded=500))
    assert account().available == 143 + 75
    hear(_unearned(refunded=1000, status=OrderStatus.REFUNDED))
    assert account().available == 293


def test_points_come_back_to_the_very_lots_and_what_has_ended_with_a_grace(set_clock: Clock) -> None:
    hear(order("A2", placed_at="2025-02-03T00:00:00Z"))
    redeem_on(300, "B1")
    assert account().lots == {date(2027, 1, 31): 286}
    set_clock("2026-03-02T00:00:00+00:00")
    hear(order("B1", None, refunded=2933, status=OrderStatus.REFUNDED))
    assert account().lots == {date(2026, 4, 1): 293, date(2027, 1, 31): 293}


def test_points_that_paid_for_an_unpaid_order_end_with_their_own_lot(set_clock: Clock) -> None:
    hear(order("A2", placed_at="2025-02-03T00:00:00Z"))
    redeem_on(300, "B1")
    set_clock("2026-03-02T00:00:00+00:00")
    hear(_unearned(cancelled_at=LATER, status=OrderStatus.CANCELLED))
    assert account().lots == {date(2026, 2, 28): 293, date(2027, 1, 31): 293}
    expire()
    assert account().lots == {date(2027, 1, 31): 293}


def test_a_lot_has_one_grace_however_often_its_points_pay_for_orders_that_are_returned(set_clock: Clock) -> None:
    hear(order("A2", placed_at="2025-02-03T00:00:00Z"))
    graces = []
    for month in ("2026-02-28", "2026-03-31", "2026-04-30"):
        set_clock(f"{month}T12:00:00+00:00")
        expire()
        redeem_on(293, f"P-{month}")
        set_clock(f"{month[:5]}{int(month[5:7]) + 1:02}-01T12:00:00+00:00")
        expire()
        hear(order(f"P-{month}", None, refunded=2933, status=OrderStatus.REFUNDED))
        expire()
        graces.append(account().lots)
    lot = date(2027, 1, 31)
    assert graces == [{date(2026, 3, 31): 293, lot: 293}, {lot: 293}, {lot: 293}]


def test_whatever_is_heard_of_an_order_twice_late_or_in_another_order_ends_the_same() -> None:
    redeem_on(200, "B1")
    history = [
        (1, _unearned(refunded=400)),
        (2, _unearned(refunded=400, cancelled_at=LATER, status=OrderStatus.CANCELLED)),
        (3, _unearned(refunded=400, reinstated_at=LATEST)),
    ]
    for n, shuffled in enumerate(permutations(history)):
        for version, heard in [*shuffled, shuffled[0]]:
            hear(heard, version=10 * n + 100 + version)
        assert (account().available, account().balances.spent) == (93 + 80, 120)


@settings(max_examples=10)
@given(spent=st.integers(1, 293), refunds=st.lists(st.integers(0, 1000), min_size=1, max_size=3))
def test_refunds_give_back_never_more_than_was_spent(spent: int, refunds: list[int]) -> None:
    _counter.append(0)
    order_id, before = f"P{len(_counter)}", account().balance
    if before < spent:
        return
    redeem_on(spent, order_id)
    for refunded in sorted(refunds):
        hear(_unearned(order_id, refunded=refunded))
        assert account().balance == before - spent + spent * refunded // 1000
    hear(_unearned(order_id, cancelled_at=LATER, status=OrderStatus.CANCELLED))
    assert account().balance == before


_counter: list[int] = []


def _unearned(order_id: str = "B1", **facts: Any) -> OrderRecorded:
    """An order of $10.00 that earns nothing, for nobody has paid it yet."""
    return order(order_id, **{"total": 1000, "paid_at": None, **facts})
