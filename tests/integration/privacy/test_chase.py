"""The daily chase."""

from __future__ import annotations

import pytest

from privacy.requests import chase as chasing
from shared import jobs
from shared.events.privacy import ErasureRequested
from tests.harness.aws.context import ShortContext
from tests.harness.interruptions import once
from tests.harness.time import Time
from tests.integration.privacy.stage import (
    ADA,
    BEN,
    OTHERS,
    answered,
    approve,
    chase,
    enter,
    erasure,
    hear,
    names_told,
    read,
    told,
)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    counts: dict[str, int] = {}
    for module in (chasing, jobs):
        monkeypatch.setattr(module, "count", counts.__setitem__)
    return counts


def test_whoever_has_not_answered_is_asked_again_every_day(time: Time) -> None:
    request_id = approve(enter())
    hear(answered(request_id, "loyalty"))
    for _ in range(2):
        chase()
        time.later(days=1)
    asked = [data for name, data in told() if name == "ErasureRequested"]
    assert asked == [ErasureRequested(request_id=request_id, customer_id=ADA)] * 3
    assert set(read(request_id)["answers"]) == {"loyalty"}


def test_a_run_that_comes_twice_a_day_asks_once(time: Time) -> None:
    approve(enter())
    time.later(days=1)
    chase()
    chase()
    assert names_told() == ["ErasureRequested"] * 2


def test_an_answer_to_the_chase_completes_the_request(time: Time) -> None:
    request_id = approve(enter())
    time.later(days=1)
    chase()
    hear(erasure(request_id), *[answered(request_id, service) for service in OTHERS])
    assert read(request_id)["status"] == "completed"


def test_what_is_done_or_not_approved_is_not_chased(time: Time) -> None:
    request_id = approve(enter())
    hear(erasure(request_id), *[answered(request_id, service) for service in OTHERS])
    enter(BEN)
    time.later(days=1)
    chase()
    assert names_told() == ["ErasureRequested", "RequestCompleted"]


def test_a_request_completed_while_it_is_chased_stays_completed(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    request_id = approve(enter())
    hear(erasure(request_id), *[answered(request_id, service) for service in OTHERS[1:]])
    time.later(days=1)
    last = once(lambda: hear(answered(request_id, OTHERS[0])), chasing.find_request)
    monkeypatch.setattr(chasing, "find_request", last)
    chase()
    assert read(request_id)["status"] == "completed"
    assert names_told() == ["ErasureRequested", "RequestCompleted"]


def test_overdue_requests_are_counted_daily_approved_or_not(time: Time, counted: dict[str, int]) -> None:
    enter(ADA)
    approve(enter(BEN))
    chase()
    assert counted == {"RequestsChased": 1, "RequestsOverdue": 0}
    for _ in range(2):
        time.later(days=31)
        chase()
        assert counted == {"RequestsChased": 2, "RequestsOverdue": 2}
    assert names_told() == ["ErasureRequested"] * 4


def test_one_that_cannot_be_chased_keeps_no_other_from_it_and_is_tried_again(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = approve(enter(ADA))
    approve(enter(BEN))
    time.later(days=1)
    find = chasing.find_request
    with monkeypatch.context() as patched:
        patched.setattr(chasing, "find_request", lambda id_: find(id_) if id_ != broken else 1 / 0)
        with pytest.raises(jobs.RowsFailedError):
            chase()
    assert [data.customer_id for _, data in told()] == [ADA, BEN, BEN]
    chase()
    assert [data.customer_id for _, data in told()] == [ADA, BEN, BEN, ADA]


def test_a_run_out_of_time_is_gone_on_with_by_the_next(time: Time) -> None:
    approve(enter(ADA))
    approve(enter(BEN))
    time.later(days=1)
    for _ in range(2):
        chase(ShortContext(rows=1))
    assert names_told() == ["ErasureRequested"] * 4


def test_two_days_after_it_is_done_all_are_asked_once_more_to_sweep_what_died_since(time: Time) -> None:
    request_id = approve(enter())
    hear(erasure(request_id), *[answered(request_id, service) for service in OTHERS])
    before = read(request_id)
    for _ in range(4):
        time.later(days=1)
        chase()
        chase()
    assert names_told() == ["ErasureRequested", "RequestCompleted", "ErasureRequested"]
    hear(erasure(request_id), *[answered(request_id, service) for service in OTHERS])
    assert read(request_id) == before
