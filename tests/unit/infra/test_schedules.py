"""When schedules fall due between two moments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from infra.local.schedules import Schedule, ScheduleError, due_on_the_way


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def schedule(expression: str, name: str = "expire") -> Schedule:
    return Schedule(f"rule-{name}", f"arn:aws:lambda:us-east-1:000000000000:function:s-loyalty-{name}", expression)


def due(expression: str, start: str, end: str) -> list[datetime]:
    return [moment for moment, _ in due_on_the_way([schedule(expression)], at(start), at(end))]


def test_what_is_due_hourly_runs_once_a_day_at_its_first_time() -> None:
    found = due("cron(5 * * * ? *)", "2026-03-01T10:30", "2026-03-03T09:00")
    assert found == [at("2026-03-01T11:05"), at("2026-03-02T00:05"), at("2026-03-03T00:05")]


def test_what_is_due_in_a_range_of_hours_runs_at_its_first() -> None:
    found = due("cron(30 1-23 * * ? *)", "2026-03-01T10:40", "2026-03-03T01:29")
    assert found == [at("2026-03-01T11:30"), at("2026-03-02T01:30")]


def test_a_rate_runs_at_the_beginning_of_each_day() -> None:
    found = due("rate(1 hour)", "2026-03-01T10:30", "2026-03-03T09:00")
    assert found == [at("2026-03-01T10:30"), at("2026-03-02T00:00"), at("2026-03-03T00:00")]


def test_of_the_first_and_the_last_day_only_what_is_passed_over_counts() -> None:
    assert due("cron(0 4 * * ? *)", "2026-03-01T04:00", "2026-03-03T03:59") == [at("2026-03-02T04:00")]
    assert due("cron(0 4 * * ? *)", "2026-03-01T03:59", "2026-03-02T04:00") == [
        at("2026-03-01T04:00"),
        at("2026-03-02T04:00"),
    ]


def test_midnight_belongs_to_the_day_that_begins() -> None:
    assert due("cron(0 0 * * ? *)", "2026-03-01T12:00", "2026-03-02T12:00") == [at("2026-03-02T00:00")]


def test_days_of_the_month_and_of_the_week_are_kept_to() -> None:
    assert due("cron(0 6 1 * ? *)", "2026-03-20T00:00", "2026-05-20T00:00") == [
        at("2026-04-01T06:00"),
        at("2026-05-01T06:00"),
    ]
    # EventBridge counts weekdays from 1, a Sunday.
    for monday in ("2", "MON"):
        found = due(f"cron(0 6 ? * {monday} *)", "2026-03-01T00:00", "2026-03-10T00:00")
        assert found == [at("2026-03-02T06:00"), at("2026-03-09T06:00")]


def test_several_run_in_the_order_of_their_times() -> None:
    some = [
        schedule("cron(0 4 * * ? *)", "chase"),
        schedule("cron(5 * * * ? *)", "refresh"),
        schedule("rate(1 hour)", "expire"),
    ]
    found = due_on_the_way(some, at("2026-03-01T23:59:59"), at("2026-03-02T12:00"))
    assert [one.name for moment, one in found if moment >= at("2026-03-02T00:00")] == [
        "loyalty-expire",
        "loyalty-refresh",
        "loyalty-chase",
    ]


@pytest.mark.parametrize("expression", ["at(2026-01-01T00:00:00)", "cron(0 4 * * ? 2027)", "rate(1 week)"])
def test_an_expression_that_is_not_understood_is_not_passed_over(expression: str) -> None:
    with pytest.raises(ScheduleError):
        due(expression, "2026-03-01T00:00", "2026-03-02T00:00")
