"""The life of a request, without AWS."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.requests import rules
from privacy.requests.models import RequestStatus
from privacy.requests.rules import ITSELF, OTHERS, NotApprovableError, NotCancellableError
from shared.events.privacy import ErasureAnswered

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
RECEIVED, APPROVED, COMPLETED, CANCELLED = RequestStatus


@pytest.mark.parametrize(
    ("came_in", "due"),
    [
        (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)),
        (datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 28, tzinfo=UTC)),
        (datetime(2028, 1, 30, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2026, 11, 15, tzinfo=UTC), datetime(2026, 12, 15, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), datetime(2027, 1, 31, tzinfo=UTC)),
    ],
)
def test_a_request_is_due_a_month_after_it_came_in(came_in: datetime, due: datetime) -> None:
    assert rules.due_at(came_in) == due


def test_a_completed_erasure_is_told_once_more_after_two_days() -> None:
    assert rules.second_look(datetime(2026, 2, 27, 23, 59, tzinfo=UTC)) == date(2026, 3, 1)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # hypothesis
def test_a_month_is_never_longer_than_a_month_nor_shorter_than_february(came_in: datetime) -> None:
    assert timedelta(days=28) <= rules.due_at(came_in) - came_in <= timedelta(days=31)


@given(st.sets(st.sampled_from([*OTHERS, ITSELF])))
def test_an_approved_request_waits_for_exactly_those_that_have_not_answered(answered: set[str]) -> None:
    assert set(rules.waiting_for(APPROVED, answered)) == set(OTHERS) - answered
    assert rules.is_awaited(ITSELF, APPROVED, answered) == (ITSELF not in answered)
    assert rules.is_done(answered) == (len(answered) == 5)


def test_nobody_else_is_waited_for() -> None:
    assert not rules.is_awaited("orders", APPROVED, ())


@pytest.mark.parametrize("status", [RECEIVED, CANCELLED, COMPLETED])
def test_a_request_that_does_not_run_waits_for_nobody(status: RequestStatus) -> None:
    assert rules.waiting_for(status, ()) == []


def test_every_service_answers_an_erasure() -> None:
    assert set(OTHERS) == set(ErasureAnswered.told_by)


def test_approving_is_for_what_is_received_and_again_changes_nothing() -> None:
    assert rules.needs_approval(RECEIVED)
    assert not rules.needs_approval(APPROVED)
    assert not rules.needs_approval(COMPLETED)
    with pytest.raises(NotApprovableError):
        rules.needs_approval(CANCELLED)


@pytest.mark.parametrize("status", [APPROVED, COMPLETED])
def test_what_runs_cannot_be_cancelled(status: RequestStatus) -> None:
    with pytest.raises(NotCancellableError):
        rules.needs_cancelling(status)


def test_cancelling_again_changes_nothing() -> None:
    assert rules.needs_cancelling(RECEIVED)
    assert not rules.needs_cancelling(CANCELLED)


def test_only_an_open_request_can_be_overdue() -> None:
    late = NOON + timedelta(seconds=1)
    assert [rules.is_overdue(status, NOON, late) for status in RequestStatus] == [True, True, False, False]
    assert not rules.is_overdue(APPROVED, NOON, NOON)


def test_the_chase_looks_at_a_waiting_request_when_it_is_due_and_at_a_running_one_at_once() -> None:
    due = NOON + timedelta(days=30)
    assert rules.first_look(RECEIVED, due, NOON) == date(2026, 7, 1)
    assert rules.first_look(APPROVED, due, NOON) == date(2026, 6, 1)
    assert rules.first_look(COMPLETED, due, NOON) is None
    assert rules.first_look(CANCELLED, due, NOON) is None


def test_a_receipt_names_what_cannot_be_swept_and_until_when() -> None:
    open_, done = rules.not_swept(None), rules.not_swept(NOON)
    assert [(window.where, window.hours, window.until) for window in open_] == [
        ("streams", 24, None),
        ("dead-letter queues", 360, None),
        ("backups", 840, None),
    ]
    assert [window.until for window in done] == [NOON + timedelta(days=days) for days in (1, 15, 35)]
