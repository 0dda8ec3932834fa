"""The schedules of a stage on the local cloud: when each is due, and running its function as it would be run."""

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
    """A schedule could not be understood, or its function failed; the message says which."""


@dataclass(frozen=True)
class Schedule:
    """A rule that wakes a function by the clock."""

    rule: str
    function: str
    expression: str

    @property
    def name(self) -> str:
        """The function's short name, as `loyalty-expire`."""
        return "-".join(self.function.rpartition(":")[2].split("-")[-2:])

    def first_due(self, after: datetime, until: datetime) -> datetime | None:
        """When it first falls due later than `after` and not later than `until`, within one UTC day.

        A rate counts from the rule's making and not by the clock: it stands for a run at the day's beginning, or at
        `after` where that is later. Raises ScheduleError for an expression it does not know.
        """
        if _RATE.fullmatch(self.expression):
            midnight = datetime.combine(until.date(), time(), UTC)
            return max(midnight, after)
        found = _CRON.fullmatch(self.expression)
        if not found:
            raise ScheduleError(f"{self.name}: no telling when {self.expression} is due")
        due: datetime = croniter(_five_fields(*found.groups()), after).get_next(datetime)
        return due if due <= until else None


def _five_fields(minute: str, hour: str, day: str, month: str, weekday: str) -> str:
    """EventBridge's fields as cron's: a question mark is a star, and weekdays count from 0 instead of 1."""
    numbered = re.sub(r"(?<![#\d])\d", lambda digit: str(int(digit[0]) - 1), weekday)
    return " ".join(["*" if field == "?" else field for field in (minute, hour, day, month, numbered)])


def due_on_the_way(schedules: list[Schedule], start: datetime, end: datetime) -> Iterator[tuple[datetime, Schedule]]:
    """What falls due later than `start` and not later than `end`: each at most once a UTC day, in order of time."""
    day = start.date()
    while day <= end.date():
        midnight = datetime.combine(day, time(), UTC)
        # A moment before midnight, so that what is due at midnight is due on this day.
        after = max(start, midnight - timedelta(microseconds=1))
        until = min(end, midnight + timedelta(days=1, microseconds=-1))
        due = [(moment, one) for one in schedules if (moment := one.first_due(after, until))]
        yield from sorted(due, key=lambda pair: (pair[0], pair[1].name))
        day += timedelta(days=1)


def schedules_of(events: Any, stage: str) -> list[Schedule]:
    """The schedules that are deployed for a stage."""
    rules = [rule for page in events.get_paginator("list_rules").paginate() for rule in page["Rules"]]
    return [
        Schedule(rule["Name"], target["Arn"], rule["ScheduleExpression"])
        for rule in rules
        if rule["Name"].startswith(f"regulars-{stage}-") and "ScheduleExpression" in rule
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    ]


@contextmanager
def held(events: Any, schedules: list[Schedule]) -> Iterator[None]:
    """Keeps the local cloud from running the schedules by the real clock meanwhile."""
    for one in schedules:
        events.disable_rule(Name=one.rule)
    try:
        yield
    finally:
        for one in schedules:
            events.enable_rule(Name=one.rule)


def run(functions: Any, schedule: Schedule, moment: datetime) -> None:
    """Runs a schedule's function, again while it says that it has not finished. Raises ScheduleError if it fails."""
    finished = False
    while not finished:
        answer = functions.invoke(FunctionName=schedule.function, Payload=json.dumps(_scheduled(schedule, moment)))
        told = answer["Payload"].read().decode()
        if "FunctionError" in answer:
            raise ScheduleError(f"{schedule.name} failed: {told}")
        said = json.loads(told)
        finished = not isinstance(said, dict) or said.get("finished", True)


def _scheduled(schedule: Schedule, moment: datetime) -> dict[str, Any]:
    """The event that EventBridge invokes a scheduled function with."""
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
