"""Requests over HTTP: entered, read, listed, approved, cancelled."""

from __future__ import annotations

import pytest

from privacy.requests import usecases
from shared import ids
from shared.roles import Role
from tests.harness.aws.ground import items
from tests.harness.interruptions import once
from tests.harness.time import Time
from tests.integration.privacy.stage import (
    ADA,
    BEN,
    OTHERS,
    UNKNOWN,
    answered,
    approve,
    call,
    enter,
    erasure,
    hear,
    names_told,
    read,
    told,
)

REQUESTS = "/api/privacy/requests"


def test_a_request_is_entered_and_tells_nobody_until_it_is_approved() -> None:
    request = read(enter())
    assert request["status"] == "received"
    assert request["requested_by"] == "staff:test-compliance"
    assert request["due_at"] == "2026-07-01T12:00:00Z"
    assert request["waiting_for"] == []
    assert request["answers"] == {}
    assert names_told() == []


def test_an_approved_request_asks_every_service_once_however_often_it_is_approved() -> None:
    request_id = approve(approve(enter()))
    request = read(request_id)
    assert request["status"] == "approved"
    assert request["approved_by"] == "staff:test-compliance"
    assert request["waiting_for"] == ["customers", "loyalty", "notifications", "segments"]
    assert [(name, data.customer_id, data.request_id) for name, data in told()] == [
        ("ErasureRequested", ADA, request_id)
    ]


def test_a_second_request_while_one_is_open_is_refused_and_names_the_open_one() -> None:
    request_id = enter()
    for _ in ("received", "approved"):
        again = call("POST", REQUESTS, {"kind": "erase", "customer_id": ADA})
        assert again.status == 409
        assert again.json["type"] == "/problems/request-already-open"
        assert again.json["request_id"]
        assert again.json["open_request_id"] == request_id
        approve(request_id)


def test_of_two_requests_at_once_one_is_entered_and_the_other_learns_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[str] = []
    in_between = once(lambda: entered.append(enter()), usecases.find_guard)
    monkeypatch.setattr(usecases, "find_guard", in_between)
    second = call("POST", REQUESTS, {"kind": "erase", "customer_id": ADA})
    assert second.status == 409
    assert [second.json["open_request_id"]] == entered
    assert len(call("GET", REQUESTS).json["data"]) == 1


def test_the_same_key_gives_the_first_answer_again() -> None:
    body = {"kind": "erase", "customer_id": ADA}
    first, again = (call("POST", REQUESTS, body, key="k-1") for _ in range(2))
    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert call("POST", REQUESTS, {**body, "customer_id": BEN}, key="k-1").status == 422


def test_a_cancelled_request_cannot_be_approved_and_makes_way_for_another() -> None:
    request_id = enter()
    assert [call("POST", f"{REQUESTS}/{request_id}/cancel").status for _ in range(2)] == [200, 200]
    assert read(request_id)["status"] == "cancelled"
    assert call("POST", f"{REQUESTS}/{request_id}/approve").json["type"] == "/problems/request-cancelled"
    assert names_told() == []
    assert enter() != request_id


def test_an_approved_request_cannot_be_cancelled() -> None:
    request_id = approve(enter())
    refused = call("POST", f"{REQUESTS}/{request_id}/cancel")
    assert (refused.status, refused.json["type"]) == (409, "/problems/request-running")


def test_cancelled_and_approved_at_once_one_of_them_wins_and_the_other_hears_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request_id = enter()
    monkeypatch.setattr(usecases, "find_request", once(lambda: approve(request_id), usecases.find_request))
    assert call("POST", f"{REQUESTS}/{request_id}/cancel").status == 409
    assert read(request_id)["status"] == "approved"
    assert names_told() == ["ErasureRequested"]


def test_a_completed_request_makes_way_for_another() -> None:
    request_id = approve(enter())
    hear(erasure(request_id), *[answered(request_id, service) for service in OTHERS])
    assert read(request_id)["status"] == "completed"
    assert not [item for item in items("privacy") if item["kind"]["S"] == "open_request"]
    assert enter() != request_id


def test_requests_are_listed_newest_first_page_by_page(time: Time) -> None:
    entered = []
    for _ in range(5):
        entered.append(enter(ids.new_customer_id()))
        time.later(minutes=1)
    listed, cursor = [], ""
    for _ in range(3):
        page = call("GET", f"{REQUESTS}?limit=2{cursor}").json
        listed += [row["id"] for row in page["data"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert listed == entered[::-1]
    assert page["next_cursor"] is None


def test_requests_are_listed_by_status(time: Time) -> None:
    waiting = enter(ADA)
    time.later(minutes=1)
    running = approve(enter(BEN))
    rows = {
        status: [row["id"] for row in call("GET", f"{REQUESTS}?status={status}").json["data"]]
        for status in ("received", "approved", "completed", "cancelled")
    }
    assert rows == {"received": [waiting], "approved": [running], "completed": [], "cancelled": []}
    assert [row["id"] for row in call("GET", REQUESTS).json["data"]] == [running, waiting]


def test_a_request_that_does_not_exist_is_not_found() -> None:
    assert call("GET", f"{REQUESTS}/{UNKNOWN}").status == 404
    assert call("POST", f"{REQUESTS}/{UNKNOWN}/approve").status == 404
    assert call("POST", f"{REQUESTS}/{UNKNOWN}/cancel").status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "forget", "customer_id": ADA}, "kind"),
        ({"kind": "erase", "customer_id": "ada@example.com"}, "customer_id"),
        ({"kind": "erase", "customer_id": ADA, "reason": "x"}, "reason"),
    ],
)
def test_a_request_that_says_something_wrong_is_told_which_field(body: dict[str, str], field: str) -> None:
    refused = call("POST", REQUESTS, body)
    assert refused.status == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


@pytest.mark.parametrize("by", [Role.ADMIN, Role.SUPPORT, Role.MARKETING, Role.STOREFRONT, ADA])
def test_requests_are_compliance_business_alone(by: str) -> None:
    request_id = enter()
    calls = [("GET", REQUESTS), ("GET", f"{REQUESTS}/{request_id}")]
    calls += [("POST", f"{REQUESTS}/{request_id}/{what}") for what in ("approve", "cancel")]
    assert {call(method, path, by=by).status for method, path in calls} == {403}
    assert call("POST", REQUESTS, {"kind": "erase", "customer_id": BEN}, by=by).status == 403
