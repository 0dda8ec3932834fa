"""A clock to set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from shared import clock
from tests.harness.orders import NOON


@dataclass
class Time:
    """A moment that stands still until a test moves it; noon of a summer's day to begin with."""

    now: datetime = NOON

    def later(self, **units: float) -> None:
        self.now += timedelta(**units)

    def set(self, moment: str) -> None:
        """Make it a day and time (ISO 8601)."""
        self.now = datetime.fromisoformat(moment)


def stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Let time pass only as the test says."""
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    return time
