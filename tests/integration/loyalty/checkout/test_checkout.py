"""The checkout's quote over HTTP: what points and credit can pay together. It changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.roles import STAFF_GROUPS, Role
from tests.integration.loyalty.settings import set_programme
from tests.integration.loyalty.shop import ADA, BOB, erasure, get, hear, order, registration, stage
from tests.integration.loyalty.spending import held, post, quote

CREDIT = {"amount": 2500, "currency": "USD", "code": "goodwill", "reason": "A late delivery"}


@pytest.fixture(autouse=True)
def an_account(set_clock: Callable[[str], None]) -> None:
    """Ada has 293 points."""
    set_clock("2026-02-01T12:00:20+00:00")
    hear(registration(), order())


def give_credit() -> None:
    assert post("credit", CREDIT, key="c1", by=Role.SUPPORT).status == 201


def test_without_a_wish_all_that_can_be_used_is_used() -> None:
    give_credit()
    before = stage.items()
    assert quote(8995).json == {
        "total": 8995,
        "currency": "USD",
        "points": {"available": 293, "options": [{"points": 293, "value": 293}], "used": 293, "value": 293},
        "credit": {"available": 2500, "used": 2500},
        "remaining": 6202,
    }
    assert stage.items() == before


def test_what_is_over_is_no_more_offered_though_the_job_has_not_come_yet(set_clock: Callable[[str], None]) -> None:
    assert post("credit", {**CREDIT, "expires_on": "2026-12-31"}, key="c1", by=Role.SUPPORT).status == 201
    before = stage.items()
    set_clock("2027-01-31T23:59:59+00:00")
    assert quote(8995).json["points"]["available"] == 293
    assert quote(8995).json["credit"]["available"] == 0
    set_clock("2027-02-01T00:00:00+00:00")
    assert quote(8995).json["points"] == {"available": 0, "options": [], "used": 0, "value": 0}
    answer = quote(8995, points=1)
    assert (answer.status, answer.json["balance"], answer.json["available"]) == (409, 0, 0)
    assert stage.items() == before


def test_what_is_over_shows_nowhere_though_the_job_has_not_come_yet(set_clock: Callable[[str], None]) -> None:
    assert post("credit", {**CREDIT, "expires_on": "2027-01-31"}, key="c1", by=Role.SUPPORT).status == 201
    before = stage.items()
    for moment, points, credit in (("2027-01-31T23:59:59+00:00", 293, 2500), ("2027-02-01T00:00:00+00:00", 0, 0)):
        set_clock(moment)
        account, card, credits_ = (get(f"/api/customers/{ADA}/{what}").json for what in ("points", "card", "credit"))
        assert [account["available"], card["available"], credits_["data"][0]["available"]] == [points, points, credit]
        assert [account["balance"], card["balance"], credits_["data"][0]["balance"]] == [points, points, credit]
    assert stage.items() == before


def test_a_wish_is_priced() -> None:
    give_credit()
    found = quote(1000, points=100, credit=800).json
    assert (found["points"]["used"], found["credit"]["used"], found["remaining"]) == (100, 800, 100)
    found = quote(1000, points=0, credit=0).json
    assert (found["points"]["used"], found["credit"]["used"], found["remaining"]) == (0, 0, 1000)


def test_a_wish_that_the_order_cannot_take_is_refused_by_its_field() -> None:
    give_credit()
    set_programme(redeeming={"largest_share": 10})
    assert quote(1000, points=100).json["remaining"] == 0
    assert [error["field"] for error in quote(1000, points=101).json["errors"]] == ["points"]
    assert [error["field"] for error in quote(1000, credit=1001).json["errors"]] == ["credit"]


def test_more_than_there_is_is_refused_with_what_there_is() -> None:
    held(200)
    answer = quote(1000, points=94)
    assert (answer.status, answer.json["type"]) == (409, "/problems/insufficient-points")
    assert (answer.json["balance"], answer.json["available"]) == (293, 93)
    answer = quote(1000, credit=1)
    assert (answer.status, answer.json["type"]) == (409, "/problems/insufficient-credit")
    assert answer.json["available"] == 0


def test_a_ladder_offers_each_step_that_is_affordable() -> None:
    set_programme(redeeming={"ladder": [{"points": points, "value": 10 * points} for points in (100, 200, 250, 300)]})
    found = quote(2000).json["points"]
    assert found["options"] == [{"points": 100, "value": 1000}, {"points": 200, "value": 2000}]
    assert (found["used"], found["value"]) == (200, 2000)
    assert quote(2000, points=150).json["errors"][0]["message"] == "One of 100, 200, 250, 300"


def test_points_pay_nothing_in_another_currency() -> None:
    found = quote(1000, currency="EUR").json
    assert (found["points"], found["remaining"]) == ({"available": 293, "options": [], "used": 0, "value": 0}, 1000)
    assert quote(1000, currency="EUR", points=1).json["errors"][0]["field"] == "points"


@pytest.mark.parametrize("role", [*sorted(STAFF_GROUPS), Role.STOREFRONT, ADA])
def test_staff_the_storefront_and_the_customer_may_ask(role: Role | str) -> None:
    assert quote(1000, by=role).status == 200


def test_nobody_else_may_and_who_is_unknown_or_erased_is_not_found() -> None:
    assert quote(1000, by=BOB).status == 403
    assert post("checkout-quote", {"total": 1, "currency": "USD"}, customer_id=BOB).status == 404
    hear(erasure())
    assert quote(1000).status == 404


def test_customers_whose_past_is_hidden_are_told_nothing_of_it() -> None:
    hear(order("B1", BOB), registration(BOB, registered_at="2026-03-01T00:00:00Z", email_verified=False))
    body = {"total": 1000, "currency": "USD"}
    assert post("checkout-quote", body, by=BOB, customer_id=BOB).status == 403
    assert post("checkout-quote", body, customer_id=BOB).status == 200


@pytest.mark.parametrize("body", [{"total": -1}, {"total": 1, "points": -1}, {"total": 1, "credit": 1.5}])
def test_what_is_wrong_with_a_question_is_named(body: dict[str, object]) -> None:
    assert post("checkout-quote", {"currency": "USD", **body}).status == 422
