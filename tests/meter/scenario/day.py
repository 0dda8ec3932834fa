"""The meter's clock: the same moments in every run, and days that pass when told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_STEP = timedelta(microseconds=1_003)


class Day:
    """Starts on a Monday morning; each look at it is a millisecond later."""

    def __init__(self) -> None:
        self._at = datetime(2026, 3, 2, 10, 0, 0, 123_457, tzinfo=UTC)

    def now(self) -> datetime:
        """The moment."""
        self._at += _STEP
        return self._at

    def pass_days(self, number: int) -> None:
        """Let days go by."""
        self._at += timedelta(days=number)
