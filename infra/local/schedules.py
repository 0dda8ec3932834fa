"""Runs the schedules of a stage on the local cloud at a given time, as EventBridge would run them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from croniter import croniter

_RATE: Final = re.compile(r"rate\(\d+ (minute|hour|day)s?\)")
_CRON: Final = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) \*\)")


class ScheduleError(Exception):
    """A schedule could not be understood, or its function failed. The message says which."""


@dataclass(frozen=True)
class Schedule:
    """A rule that starts a function by the clock."""

    rule: str
    function: str
    expression: str

    @property
    def name(self) -> str:
        """The function's short name, such as `loyalty-expire`."""
        return "-".join(self.function.rpartition(":")[2].split("-")[-2:])

    def first_due(self, after: datetime, until: datetime) -> datetime | None:
        """The first due time later than `after` and not later than `until`, both within one UTC day.

        A rate counts from the creation of its rule, not by the clock. Here it means one run at the start of the day, or
        at `after` if that is later. Raises ScheduleError for an unknown expression.
        """
        if _RATE.fullmatch(self.expression):
            midnight = datetime.combine(until.date(), time(), UTC)
            return max(midnight, after)
        found = _CRON.fullmatch(self.expression)
        if not found:
            raise ScheduleError(f"{self.name}: the schedule {self.expression} is not understood")
        due: datetime = croniter(_five_fields(*found.groups()), after).get_next(datetime)
        return due if due <= until else None


def _five_fields(minute: str, hour: str, day: str, month: str, weekday: str) -> str:
    """EventBridge's fields in the form of cron: `?` becomes `*`, and weekdays count from 0 instead of 1."""
    numbered = re.sub(r"(?<![#\d])\d", lambda digit: str(int(digit[0]) - 1), weekday)
    return " ".join(["*" if field == "?" else field for field in (minute, hour, day, month, numbered)])


def due_on_the_way(schedules: list[Schedule], start: datetime, end: datetime) -> Iterator[tuple[datetime, Schedule]]:
    """The runs later than `start` and not later than `end`, in order of time. Each schedule runs at most once a day."""
    day = start.date()
    while day <= end.date():
        midnight = datetime.combine(day, time(), UTC)
        # A moment before midnight, so that a schedule due at midnight runs on this day.
        after = max(start, midnight - timedelta(microseconds=1))
        until = min(end, midnight + timedelta(days=1, microseconds=-1))
        due = [(moment, one) for one in schedules if (moment := one.first_due(after, until))]
        yield from sorted(due, key=lambda pair: (pair[0], pair[1].name))
        day += timedelta(days=1)


def schedules_of(events: Any, stage: str) -> list[Schedule]:
    """The deployed schedules of a stage."""
    rules = [rule for page in events.get_paginator("list_rules").paginate() for rule in page["Rules"]]
    return [
        Schedule(rule["Name"], target["Arn"], rule["ScheduleExpression"])
        for rule in rules
        if rule["Name"].startswith(f"regulars-{stage}-") and "ScheduleExpression" in rule
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    ]


@contextmanager
def held(events: Any, schedules: list[Schedule]) -> Iterator[None]:
    """Pause the local cloud's own runs of the schedules, which follow the real clock."""
    for one in schedules:
        events.disable_rule(Name=one.rule)
    try:
        yield
    finally:
        for one in schedules:
            events.enable_rule(Name=one.rule)


def run(functions: Any, schedule: Schedule, moment: datetime) -> None:
    """Run a schedule's function until it says that it has finished. Raises ScheduleError if it fails."""
    finished = False
    while not finished:
        answer = functions.invoke(FunctionName=schedule.function, Payload=json.dumps(_scheduled(schedule, moment)))
        told = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise ScheduleError(f"{schedule.name} failed: {told}")
        said = json.loads(told)
        finished = not isinstance(said, dict) or said.get("finished", True)


def _scheduled(schedule: Schedule, moment: datetime) -> dict[str, Any]:
    """The event that EventBridge sends to a scheduled function."""
    return {
        "version": "0",
        "id": f"{schedule.rule}-{moment:%Y%m%d%H%M}",
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "account": "000000000000",
        "time": moment.isoformat(),
        "region": "us-east-1",
        "resources": [schedule.rule],
        "detail": {},
    }
