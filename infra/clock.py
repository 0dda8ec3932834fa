"""`make clock DAYS=90`: sets the running local cloud's clock forward, and runs what falls due on the way.

Day by day and in order: points expire, segments are left and entered, requests are chased. It finds the local cloud
and nothing else: there is no way to name a stage of an account, and no template knows the variable that the clock
is read from.
"""

from __future__ import annotations

import argparse
import fcntl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra import stacks
from infra.console import console, fail
from infra.deploy import Deployment
from infra.local.cloud import CLOCK, read_clock, write_clock
from infra.local.schedules import Schedule, ScheduleError, due_on_the_way, held, run, schedules_of
from infra.local.state import local_deployment
from infra.local.watch import UnsettledError, Watch, watch
from shared.services import SERVICES


@dataclass
class Day:
    """What happened on one day: events by name, or by name and segment, and the points that expired."""

    day: date
    events: Counter[str] = field(default_factory=Counter)
    points: int = 0

    def add(self, event: dict[str, Any]) -> None:
        """Takes in one event as it lay on the bus."""
        name, data = event["detail-type"], event["detail"]["data"]
        if name == "PointsExpired":
            self.points -= data["points"]
        self.events[f"{name} {data['segment_id']}" if name.startswith("Segment") else name] += 1

    def __str__(self) -> str:
        """The day in one line."""
        told = ", ".join(f"{count:,} {name}" for name, count in sorted(self.events.items()))
        return f"{told} ({self.points:,} points)" if self.points else told


class ClockBusyError(Exception):
    """The clock is being set by another command."""


def advance(deployment: Deployment, clock: Path, days: int) -> Iterator[Day]:
    """Sets the clock in the file `days` days ahead of where it stands; gives each day, once it is settled.

    A UTC day ends at midnight: the last one lasts until the time of day it is now. Schedules run at the time they
    are due, by the functions' clock. Whatever goes wrong, the clock stays where it is then and can be set on. Raises
    ClockBusyError, ScheduleError or UnsettledError.
    """
    events, functions = _client(deployment, "events"), _client(deployment, "lambda")
    inboxes = {service: _inbox(deployment, service) for service in SERVICES}
    schedules = schedules_of(events, deployment.stage)
    with _alone(clock), held(events, schedules), watch(deployment, inboxes) as looking:
        looking.take_settled()
        ahead = timedelta(seconds=read_clock(clock)) + timedelta(days=days)
        start = _now(clock)
        due = due_on_the_way(schedules, start, start + timedelta(days=days))
        for day, runs in groupby(due, lambda pair: pair[0].date()):
            yield _live(functions, clock, looking, Day(day), runs)
        write_clock(clock, ahead.total_seconds())


def _live(functions: Any, clock: Path, looking: Watch, day: Day, runs: Iterator[tuple[datetime, Schedule]]) -> Day:
    """One day: each schedule at its time, then all that follows from it."""
    for moment, schedule in runs:
        # Never back, where a run took longer than the time to the next.
        if moment > _now(clock):
            write_clock(clock, (moment - datetime.now(UTC)).total_seconds())
        run(functions, schedule, moment)
    for event in looking.take_settled():
        day.add(event)
    return day


@contextmanager
def _alone(clock: Path) -> Iterator[None]:
    with clock.with_name("clock.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClockBusyError("The clock is being set already.") from None
        yield


def _now(clock: Path) -> datetime:
    """What the functions take for the present."""
    return datetime.now(UTC) + timedelta(seconds=read_clock(clock))


def _inbox(deployment: Deployment, service: str) -> str:
    return stacks.outputs(deployment.cloudformation(), deployment.stack(service))["QueueUrl"]


def _client(deployment: Deployment, service: str) -> Any:
    # A job may take the five minutes it has, and must not be begun again meanwhile.
    patient = Config(read_timeout=310, retries={"total_max_attempts": 1})
    where = {"region_name": deployment.region, "endpoint_url": deployment.endpoint}
    return deployment.session.client(service, **where, config=patient)  # type: ignore[call-overload]


def main() -> None:
    """Sets the running local cloud's clock forward, and says what happened on each day."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("days", type=_days)
    days = parser.parse_args().days
    deployment = local_deployment()
    total = Day(date.min)
    try:
        with console.status("Setting the clock forward …") as status:
            for day in advance(deployment, CLOCK, days):
                status.update(f"It is {day.day} …")
                _show(day, total)
    except KeyboardInterrupt:
        fail(f"Stopped. The clock stands at {_now(CLOCK):%Y-%m-%d %H:%M} UTC.")
    except (ClockBusyError, ScheduleError, UnsettledError, ClientError, BotoCoreError) as error:
        fail(f"The clock stands at {_now(CLOCK):%Y-%m-%d %H:%M} UTC. {error}")
    console.print(f"{days} days later, it is {_now(CLOCK):%Y-%m-%d %H:%M} UTC: {str(total) or 'nothing happened'}")


def _days(text: str) -> int:
    days = int(text)
    # Farther than anything here is ever due.
    if not 1 <= days <= 3660:  # noqa: PLR2004
        raise argparse.ArgumentTypeError("from 1 to 3660 days")
    return days


def _show(day: Day, total: Day) -> None:
    if day.events:
        console.print(f"{day.day}  {day}")
    total.events += day.events
    total.points += day.points


if __name__ == "__main__":
    main()
