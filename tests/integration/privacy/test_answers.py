"""What services answer: in any order, twice, at once, wrongly."""

from __future__ import annotations

import itertools

import pytest

from privacy.requests import usecases
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
    refuses,
    told,
)


def test_a_request_is_complete_only_when_all_have_answered() -> None:
    request_id = approve(enter())
    events = [erasure(request_id), *[answered(request_id, service) for service in OTHERS]]
    for event in events:
        assert read(request_id)["status"] == "approved"
        hear(event)
    request = read(request_id)
    assert request["status"] == "completed"
    assert request["waiting_for"] == []
    assert request["completed_at"] == "2026-06-01T12:00:00Z"
    assert names_told() == ["ErasureRequested", "RequestCompleted"]
    assert told()[-1][1].model_dump() == {"request_id": request_id, "customer_id": ADA, "kind": "erase"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::37])
def test_the_order_of_answers_does_not_matter(order: tuple[int, ...]) -> None:
    request_id = approve(enter())
    events = [erasure(request_id), *[answered(request_id, service) for service in OTHERS]]
    hear(*[events[n] for n in order], *events)
    assert read(request_id)["status"] == "completed"
    assert names_told().count("RequestCompleted") == 1


def test_the_receipt_shows_counts_what_is_kept_and_why_and_who_has_not_answered() -> None:
    request_id = approve(enter())
    hear(answered(request_id, "customers"))
    request = read(request_id)
    assert request["waiting_for"] == ["loyalty", "notifications", "segments"]
    assert request["answers"]["customers"] == {
        "erased": {"profile": 1},
        "kept": [{"what": "orders", "count": 3, "why": "tax law"}],
        "answered_at": "2026-06-01T12:00:00Z",
    }
    assert [window["where"] for window in request["not_swept"]] == ["streams", "dead-letter queues", "backups"]


def test_the_first_answer_of_a_service_stands(time: Time) -> None:
    request_id = approve(enter())
    hear(answered(request_id, "loyalty", orders=3))
    time.later(days=1)
    hear(answered(request_id, "loyalty", orders=0))
    assert read(request_id)["answers"]["loyalty"]["kept"][0]["count"] == 3
    assert read(request_id)["answers"]["loyalty"]["answered_at"] == "2026-06-01T12:00:00Z"


def test_two_answers_at_once_are_both_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = approve(enter())
    other = once(lambda: hear(answered(request_id, "segments")), usecases.find_request)
    monkeypatch.setattr(usecases, "find_request", other)
    hear(answered(request_id, "loyalty"))
    assert set(read(request_id)["answers"]) == {"loyalty", "segments"}


def test_the_last_two_answers_at_once_complete_the_request_once(monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = approve(enter())
    hear(erasure(request_id), answered(request_id, "customers"), answered(request_id, "loyalty"))
    other = once(lambda: hear(answered(request_id, "segments")), usecases.find_request)
    monkeypatch.setattr(usecases, "find_request", other)
    hear(answered(request_id, "notifications"))
    assert read(request_id)["status"] == "completed"
    assert names_told().count("RequestCompleted") == 1


def test_an_answer_in_another_services_name_is_refused() -> None:
    request_id = approve(enter())
    assert refuses(answered(request_id, "loyalty", source="segments"))
    assert refuses(answered(request_id, "privacy", source="customers"))
    assert read(request_id)["answers"] == {}


def test_an_answer_about_another_customer_is_refused() -> None:
    request_id = approve(enter())
    assert refuses(answered(request_id, "loyalty", customer_id=BEN))
    assert read(request_id)["answers"] == {}


def test_an_answer_that_nobody_waits_for_changes_nothing() -> None:
    hear(answered(UNKNOWN, "loyalty"))
    request_id = enter()
    hear(answered(request_id, "loyalty"))
    assert read(request_id)["answers"] == {}
    call("POST", f"/api/privacy/requests/{request_id}/cancel")
    hear(answered(request_id, "loyalty"))
    assert read(request_id)["status"] == "cancelled"
    assert read(request_id)["answers"] == {}
