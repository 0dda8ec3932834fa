"""Points that are set aside for a checkout: captured, released, or run out; each of it once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from loyalty.ledger.balances import EntryKind
from loyalty.programme.models import Programme
from shared.roles import STAFF_GROUPS, Role
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import (
    ADA,
    BOB,
    account,
    entries,
    erasure,
    expire,
    get,
    hear,
    order,
    points,
    registration,
    told_of,
)
from tests.integration.loyalty.spending import (
    capture,
    crash_before_answering,
    held,
    hold,
    let_in,
    places,
    post,
    read_hold,
    release,
)

Clock = Callable[[str], None]
NOW = "2026-02-01T12:00:20+00:00"
# A hold of 30 minutes ends on the full minute after that.
END = "2026-02-01T12:31:00Z"


@pytest.fixture(autouse=True)
def noon(set_clock: Clock) -> None:
    set_clock(NOW)


@pytest.fixture(autouse=True)
def an_account(noon: None) -> None:
    """Ada has 293 points."""
    hear(registration(), order())


def test_a_hold_sets_points_aside_at_what_they_are_worth() -> None:
    answer = hold(200, order_id="B1")
    assert (answer.status, {**answer.json, "id": ""}) == (
        201,
        {
            "id": "",
            "state": "held",
            "points": 200,
            "value": 200,
            "currency": "USD",
            "expires_at": END,
            "captured": 0,
            "order_id": "B1",
        },
    )
    assert (places(), points()) == ((93, 200, 0), [293, 0])
    assert read_hold(answer.json["id"]).json == answer.json
    assert get(f"/api/customers/{ADA}/points").json["balance"] == 293


def test_a_capture_spends_the_hold_and_tells_of_it() -> None:
    hold_id = held(200)
    answer = capture(hold_id, order_id="B1")
    assert (answer.status, answer.json["state"], answer.json["captured"]) == (200, "captured", 200)
    assert (answer.json["value"], answer.json["order_id"]) == (200, "B1")
    assert read_hold(hold_id).json == answer.json
    assert (places(), points()) == ((93, 0, 0), [293, 0, -200])
    assert account().spent == 200
    [told] = told_of("PointsRedeemed")
    assert told == {
        "customer_id": ADA,
        "entry": 3,
        "points": -200,
        "balance": 93,
        "available": 93,
        "cause": hold_id,
        "order_id": "B1",
        "reward": None,
        "value": 200,
        "currency": "USD",
    }


def test_a_part_is_captured_and_the_rest_given_back_in_the_same_entry() -> None:
    hold_id = held(200)
    answer = capture(hold_id, points=150)
    assert (answer.json["captured"], answer.json["value"], answer.json["points"]) == (150, 150, 200)
    assert (places(), points()) == ((143, 0, 0), [293, 0, -150])
    assert read_hold(hold_id).json == answer.json


def test_a_release_gives_back_to_the_lots_it_came_from() -> None:
    before = account().lots
    hold_id = held(200)
    answer = release(hold_id)
    assert (answer.status, answer.json["state"], answer.json["captured"]) == (200, "released", 0)
    assert (account().lots, points()) == (before, [293, 0, 0])
    assert read_hold(hold_id).json == answer.json
    assert told_of("PointsRedeemed") == []


def test_a_release_asked_for_three_times_gives_back_once() -> None:
    hold_id = held(200)
    assert [release(hold_id).json for _ in range(3)] == [read_hold(hold_id).json] * 3
    assert points() == [293, 0, 0]
    assert capture(hold_id).json["type"] == "/problems/hold-ended"


@pytest.mark.parametrize("again", [{}, {"points": 200}, {"order_id": "B1"}, {"points": 200, "order_id": "B1"}])
def test_the_same_capture_again_changes_nothing(again: dict[str, Any]) -> None:
    hold_id = held(200)
    first = capture(hold_id, order_id="B1")
    assert capture(hold_id, **again).json == first.json
    assert points() == [293, 0, -200]


@pytest.mark.parametrize("again", [{"points": 100}, {"order_id": "B2"}])
def test_another_capture_of_the_same_hold_is_refused_with_its_state(again: dict[str, Any]) -> None:
    hold_id = held(200)
    capture(hold_id, order_id="B1")
    answer = capture(hold_id, **again)
    assert (answer.status, answer.json["type"]) == (409, "/problems/hold-ended")
    assert (answer.json["state"], answer.json["captured"]) == ("captured", 200)
    assert release(hold_id).json["state"] == "captured"
    assert points() == [293, 0, -200]


def test_a_capture_of_all_is_not_that_of_a_part() -> None:
    hold_id = held(200)
    capture(hold_id, points=150)
    assert capture(hold_id).status == 409
    assert capture(hold_id, points=150).status == 200


@pytest.mark.parametrize(
    ("body", "field"), [({"points": 201}, "points"), ({"points": 0}, "points"), ({"order_id": "B2"}, "order_id")]
)
def test_a_capture_cannot_take_more_than_is_held_nor_for_another_order(body: dict[str, Any], field: str) -> None:
    hold_id = held(200, order_id="B1")
    answer = capture(hold_id, **body)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])
    assert places() == (93, 200, 0)


def test_what_was_held_cannot_be_held_again() -> None:
    held(200)
    answer = hold(94, key="h2")
    assert (answer.status, answer.json["type"]) == (409, "/problems/insufficient-points")
    assert (answer.json["balance"], answer.json["available"]) == (293, 93)


def test_pending_points_cannot_be_held() -> None:
    set_programme(pending={"until": "days", "days": 14})
    hear(order("A2", placed_at=NOW, paid_at=NOW))
    assert get(f"/api/customers/{ADA}/points").json["pending"] == 293
    assert hold(294).json["available"] == 293


def test_a_customer_is_in_five_checkouts_at_most() -> None:
    for n in range(5):
        held(10, key=f"h{n}")
    answer = hold(10, key="h6")
    assert (answer.status, answer.json["type"]) == (409, "/problems/too-many-holds")
    assert places() == (243, 50, 0)


def test_the_same_request_holds_once_and_is_answered_the_same() -> None:
    first, second = hold(100), hold(100)
    assert (second.json, second.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert hold(99).json["type"] == "/problems/idempotency-key-reused"
    assert hold(100, key=None).json["type"] == "/problems/idempotency-key-required"
    assert places() == (193, 100, 0)


def test_a_repeated_key_answers_what_became_of_the_hold_whatever_became_of_the_account() -> None:
    first = hold(200)
    capture(first.json["id"])
    assert post("redemptions", {"points": 93}, key="r1").status == 201
    set_programme(redeeming={"ladder": [{"points": 50, "value": 500}]})
    again = hold(200)
    assert (again.status, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert again.json == {**first.json, "state": "captured", "captured": 200}
    assert hold(100).json["type"] == "/problems/idempotency-key-reused"
    assert points() == [293, 0, -200, -93]


def test_a_hold_is_of_who_asks_and_of_the_key() -> None:
    names = {held(10), held(10, key="h2"), held(10, by=ADA), held(10, by=Role.SUPPORT)}
    assert (len(names), places()) == (4, (253, 40, 0))


def test_the_same_request_twice_at_once_holds_once(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: hold(100))
    assert hold(100).headers["Idempotent-Replayed"] == "true"
    assert places() == (193, 100, 0)


def test_of_two_holds_at_once_that_do_not_both_fit_one_is_told_the_balance(monkeypatch: pytest.MonkeyPatch) -> None:
    let_in(monkeypatch, lambda: hold(200, key="other"))
    answer = hold(200, key="one")
    assert (answer.status, answer.json["available"]) == (409, 93)
    assert places() == (93, 200, 0)


def test_of_a_capture_and_a_release_at_once_one_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_id = held(200)
    let_in(monkeypatch, lambda: release(hold_id))
    assert capture(hold_id).json["state"] == "released"
    assert points() == [293, 0, 0]


def test_of_the_same_capture_twice_at_once_one_happens_and_both_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_id = held(200)
    let_in(monkeypatch, lambda: capture(hold_id, order_id="B1"))
    assert capture(hold_id, order_id="B1").json["state"] == "captured"
    assert points() == [293, 0, -200]


def test_a_capture_goes_on_where_another_order_earns_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_id = held(200)
    let_in(monkeypatch, lambda: hear(order("A2")))
    assert capture(hold_id).status == 200
    assert points() == [293, 0, 293, -200]


@pytest.mark.parametrize("times", [1, 3])
def test_a_crash_after_the_write_is_made_good_by_asking_again(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    crash_before_answering(monkeypatch)
    assert hold(200).status == 500
    hold_id = held(200)
    crash_before_answering(monkeypatch)
    assert capture(hold_id, order_id="B1").status == 500
    for _ in range(times):
        assert capture(hold_id, order_id="B1").json["captured"] == 200
    assert points() == [293, 0, -200]


def test_a_hold_runs_out_and_its_points_come_back(set_clock: Clock) -> None:
    hold_id = held(200)
    set_clock("2026-02-01T12:31:00+00:00")
    expire()
    assert (places(), points()) == ((293, 0, 0), [293, 0, 0])
    assert read_hold(hold_id).json["state"] == "expired"
    answer = capture(hold_id)
    assert (answer.status, answer.json["state"]) == (409, "expired")
    assert release(hold_id).json["state"] == "expired"


def test_a_hold_that_ran_out_still_names_its_order(set_clock: Clock) -> None:
    hold_id = held(200, order_id="B1")
    set_clock("2026-02-01T12:31:00+00:00")
    expire()
    assert (read_hold(hold_id).json["state"], read_hold(hold_id).json["order_id"]) == ("expired", "B1")


def test_a_late_capture_counts_within_the_minute_unless_the_job_was_faster(set_clock: Clock) -> None:
    hold_id = held(200)
    set_clock("2026-02-01T12:32:00+00:00")
    assert read_hold(hold_id).json["state"] == "held"
    assert capture(hold_id).status == 200


def test_a_later_capture_is_refused_though_the_job_has_not_come_yet(set_clock: Clock) -> None:
    hold_id = held(200)
    set_clock("2026-02-01T12:32:01+00:00")
    assert read_hold(hold_id).json["state"] == "expired"
    assert capture(hold_id).json["state"] == "expired"
    assert places() == (93, 200, 0)
    assert release(hold_id).json["state"] == "released"
    assert places() == (293, 0, 0)


def test_points_of_a_checkout_that_was_left_can_be_held_again_before_the_job_comes(set_clock: Clock) -> None:
    first = held(200)
    set_clock("2026-02-01T12:40:00+00:00")
    second = held(250, key="h2")
    assert (read_hold(first).json["state"], read_hold(second).json["state"]) == ("expired", "held")
    assert (places(), points()) == ((43, 250, 0), [293, 0, 0, 0])


def test_holds_that_are_over_do_not_count_as_open(set_clock: Clock) -> None:
    for n in range(5):
        held(10, key=f"h{n}")
    set_clock("2026-02-01T13:00:00+00:00")
    held(10, key="h6")
    assert len(account().balances.holds) == 5


def test_the_soonest_expiring_points_are_held_and_spent() -> None:
    hear(order("A2", placed_at="2025-06-10T00:00:00Z"))
    hold_id = held(300)
    assert account().lots == {date(2027, 1, 31): 286}
    capture(hold_id, points=290)
    assert account().lots == {date(2026, 6, 30): 3, date(2027, 1, 31): 293}


@pytest.mark.parametrize("is_released", [True, False])
def test_points_whose_lot_ended_while_they_were_held_cannot_be_held_again(set_clock: Clock, is_released: bool) -> None:
    set_programme(redeeming={"hold_minutes": 60}, expiry={"exact_days": True})
    hear(order("A2", placed_at="2025-02-03T00:00:00Z"))
    set_clock("2026-02-03T23:30:00+00:00")
    hold_id = held(293)
    set_clock("2026-02-04T00:10:00+00:00")
    if is_released:
        release(hold_id)
        assert account().lots == {date(2026, 2, 3): 293, date(2027, 1, 31): 293}
    set_clock("2026-02-04T00:40:00+00:00")
    assert hold(294, key="h2").status == 409
    assert account().lots == {date(2027, 1, 31): 293}
    assert account().expired == 293


def test_points_can_be_captured_as_long_as_they_are_held(set_clock: Clock) -> None:
    set_programme(redeeming={"hold_minutes": 60}, expiry={"exact_days": True})
    hear(order("A2", placed_at="2025-02-03T00:00:00Z"))
    set_clock("2026-02-03T23:30:00+00:00")
    hold_id = held(293)
    set_clock("2026-02-04T00:10:00+00:00")
    expire()
    assert capture(hold_id, points=200).status == 200
    assert account().lots == {date(2026, 2, 3): 93, date(2027, 1, 31): 293}


def test_all_of_a_hold_is_worth_what_it_was_and_a_part_what_it_is() -> None:
    whole, part = held(100), held(100, key="h2")
    set_programme(redeeming={"flat": {"points": 100, "value": 50}})
    assert capture(whole).json["value"] == 100
    assert capture(part, points=60).json["value"] == 30


def test_by_a_ladder_exactly_a_step_is_held_and_captured() -> None:
    set_programme(redeeming={"ladder": [{"points": 100, "value": 1000}, {"points": 200, "value": 2500}]})
    answer = hold(150)
    assert (answer.status, answer.json["errors"]) == (
        422,
        [{"field": "points", "message": "One of 100, 200"}],
    )
    hold_id = held(200)
    assert capture(hold_id, points=150).status == 422
    assert capture(hold_id, points=100).json["value"] == 1000


@pytest.mark.parametrize(
    ("points", "field"), [(0, "points"), (-1, "points"), ("5", "points"), (1.5, "points"), (True, "points")]
)
def test_what_is_wrong_with_a_hold_is_named(points: object, field: str) -> None:
    answer = hold(points)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_a_hold_is_its_customers_alone() -> None:
    hear(order("B1", BOB))
    hold_id = held(200)
    assert read_hold(hold_id, customer_id=BOB).status == 404
    assert capture(hold_id, customer_id=BOB).status == 404
    assert release(hold_id, customer_id=BOB).status == 404
    release(hold_id)
    assert read_hold(hold_id, customer_id=BOB).status == 404
    assert read_hold("hld_01JZ0000000000000000000000").status == 404


def test_customers_hold_and_spend_their_own_points() -> None:
    hold_id = held(100, by=ADA)
    assert read_hold(hold_id, by=ADA).status == 200
    assert capture(hold_id, by=ADA).status == 200
    assert hold(100, by=BOB).status == 403
    assert capture(hold_id, by=BOB).status == 403


@pytest.mark.parametrize("role", [Role.MARKETING, Role.COMPLIANCE])
def test_staff_who_only_look_spend_nothing(role: Role) -> None:
    hold_id = held(100)
    assert hold(100, key="h2", by=role).status == 403
    assert capture(hold_id, by=role).status == 403
    assert release(hold_id, by=role).status == 403


@pytest.mark.parametrize("role", [*sorted(STAFF_GROUPS), Role.STOREFRONT])
def test_all_staff_and_the_storefront_see_holds(role: Role) -> None:
    assert read_hold(held(100), by=role).status == 200


def test_customers_whose_past_is_hidden_cannot_spend_by_themselves() -> None:
    hear(order("B1", BOB), registration(BOB, registered_at="2026-03-01T00:00:00Z", email_verified=False))
    path = f"/api/customers/{BOB}"
    answer = post("holds", {"points": 10}, key="k", by=BOB, customer_id=BOB)
    assert (answer.status, answer.json["type"]) == (403, "/problems/email-not-verified")
    made = post("holds", {"points": 10}, key="k", customer_id=BOB)
    assert made.status == 201
    hold_id = made.json["id"]
    assert get(f"{path}/holds/{hold_id}", by=BOB).status == 403
    assert capture(hold_id, by=BOB, customer_id=BOB).status == 403
    assert release(hold_id, by=BOB, customer_id=BOB).status == 403


def test_an_erased_customer_has_no_holds() -> None:
    hold_id = held(200)
    hear(erasure())
    assert [read_hold(hold_id).status, capture(hold_id).status, release(hold_id).status] == [404] * 3
    assert [hold(10, key="h2").status, hold(200).status] == [404, 404]


def test_every_entry_says_what_it_was_about() -> None:
    hold_id = held(200, order_id="B1")
    capture(hold_id, points=150)
    _, made, end = entries()
    about = {"hold": hold_id, "order": "B1", "currency": "USD"}
    made_by = {"until": "2026-02-01T12:31Z", "request": made.fact("request")}
    assert (made.entry_kind, made.facts) == (EntryKind.HELD, {**about, **made_by, "value": 200})
    assert (end.entry_kind, end.facts) == (EntryKind.CAPTURED, {**about, "value": 150})


def test_holds_last_as_long_as_the_programme_says() -> None:
    programme: Programme = set_programme(redeeming={"hold_minutes": 5})
    assert programme.redeeming.hold_minutes == 5
    assert hold(10).json["expires_at"] == "2026-02-01T12:06:00Z"


def test_a_hold_leaves_the_date_of_what_days_do_where_it_is() -> None:
    before = (account().due_at, account().due_shard)
    hold_id = held(200)
    assert (account().due_at, account().due_shard, account().hold_until) == (*before, "2026-02-01T12:31Z")
    capture(hold_id)
    assert (account().due_at, account().due_shard) == before
    # It costs a write to go from the index; the job comes by in any case.
    assert account().hold_until == "2026-02-01T12:31Z"


def test_the_job_looks_at_an_account_when_its_first_hold_ends_and_then_at_the_next(set_clock: Clock) -> None:
    first = held(100)
    set_clock("2026-02-01T12:10:00+00:00")
    second = held(100, key="h2")
    set_clock("2026-02-01T12:31:00+00:00")
    assert expire()["advanced"] == 1
    assert [read_hold(name).json["state"] for name in (first, second)] == ["expired", "held"]
    assert account().hold_until == "2026-02-01T12:40Z"
    set_clock("2026-02-01T12:40:00+00:00")
    expire()
    assert (places(), account().hold_until, account().hold_shard) == ((293, 0, 0), None, None)


def test_a_hold_that_ended_before_its_time_costs_the_job_one_look(set_clock: Clock) -> None:
    release(held(100))
    due = account().due_at
    set_clock("2026-02-01T12:31:00+00:00")
    expire()
    assert (account().due_at, account().hold_until, account().hold_shard) == (due, None, None)
    assert (points(), expire()["advanced"]) == ([293, 0, 0], 0)
