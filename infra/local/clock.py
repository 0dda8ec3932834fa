"""`make clock DAYS=90`: sets the running local cloud's clock forward, and runs each schedule that falls due.

It goes day by day: points expire, customers enter and leave segments, open requests are chased. It works on the local
cloud only. It takes no name of a stage, and no template has the variable that the functions read the clock from.
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
    """One day's events, counted by name (or name and segment), and the points that expired."""

    day: date
    events: Counter[str] = field(default_factory=Counter)
    points: int = 0

    def add(self, event: dict[str, Any]) -> None:
        """Count one event, in its form on the bus."""
        name, data = event["detail-type"], event["detail"]["data"]
        if name == "PointsExpired":
            self.points -= data["points"]
        self.events[f"{name} {data['segment_id']}" if name.startswith("Segment") else name] += 1

    def __str__(self) -> str:
        """All counts in one line."""
        told = ", ".join(f"{count:,} {name}" for name, count in sorted(self.events.items()))
        return f"{told} ({self.points:,} points)" if self.points else told


class ClockBusyError(Exception):
    """Another command is setting the clock."""


def advance(deployment: Deployment, clock: Path, days: int) -> Iterator[Day]:
    """Sets the functions' clock `days` days forward, and yields each day once the services have settled.

    A UTC day ends at midnight. The last day ends at the present time of day. Schedules run at their time by the
    functions' clock. After an error the clock keeps the time that it has reached, and a new call continues there.
    Raises ClockBusyError, ScheduleError or UnsettledError.
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
    """Run each schedule of one day at its time, then wait until the services have settled."""
    for moment, schedule in runs:
        # The clock never goes back, even if a run took longer than the time to the next schedule.
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
            raise ClockBusyError("Another command is setting the clock.") from None
        yield


def _now(clock: Path) -> datetime:
    """The functions' present time."""
    return datetime.now(UTC) + timedelta(seconds=read_clock(clock))


def _inbox(deployment: Deployment, service: str) -> str:
    return stacks.outputs(deployment.cloudformation(), deployment.stack(service))["QueueUrl"]


def _client(deployment: Deployment, service: str) -> Any:
    # A job may run for five minutes, and must not be started again meanwhile.
    patient = Config(read_timeout=310, retries={"total_max_attempts": 1})
    where = {"region_name": deployment.region, "endpoint_url": deployment.endpoint}
    return deployment.session.client(service, **where, config=patient)  # type: ignore[call-overload]


def main() -> None:
    """Sets the running local cloud's clock forward, and prints the events of each day."""
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
    # Nothing here is ever due later than in ten years.
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
