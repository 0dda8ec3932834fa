"""What the world takes for granted, made of the seed: time, randomness, ids, and pauses that cost nothing."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from unittest.mock import patch

import ulid

from shared import clock
from shared.http import receipts

# Any day would do; one in the middle of a leap year's March leaves both kinds of February within reach.
BEGINNING: Final = datetime(2028, 3, 10, 9, 0, tzinfo=UTC)


# Each look at the clock moves it: two things never happen at one moment unless somebody copies the time.
_TICK: Final = timedelta(microseconds=137)


class Universe:
    """Time and chance of one run. `reseed` before each step: a step left out changes nothing for the others."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._moment = BEGINNING
        self._bytes = self.chance("beginning")

    def chance(self, label: str) -> random.Random:
        """A source of choices of its own for everything that has a name."""
        return random.Random(f"{self.seed}/{label}")  # noqa: S311  # replayable, not secret

    def reseed(self, label: str) -> None:
        """Begin anew what ids, jitter and card numbers are made of."""
        self._bytes = self.chance(f"{label}/bytes")
        random.seed(f"{self.seed}/{label}/jitter")

    def now(self) -> datetime:
        """In place of `shared.clock.now`."""
        self._moment += _TICK
        return self._moment

    @property
    def moment(self) -> datetime:
        """The time, without moving it."""
        return self._moment

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._moment += by

    def random_bytes(self, count: int) -> bytes:
        """In place of `os.urandom`."""
        return self._bytes.randbytes(count)

    def sleep(self, seconds: float) -> None:
        """In place of `time.sleep`."""
        self._moment += timedelta(seconds=seconds)

    def epoch(self) -> int:
        """In place of the time by which receipts expire."""
        return int(self._moment.timestamp())


@contextmanager
def sealed(universe: Universe) -> Iterator[None]:
    """Let everything in this process live in `universe`. Tokens alone stay in real time: they expire by it."""
    state = random.getstate()
    replaced: list[tuple[Any, str, Any]] = [
        (clock, "now", universe.now),
        (receipts, "_now", universe.epoch),
        (os, "urandom", universe.random_bytes),
        (random, "_urandom", universe.random_bytes),
        (time, "sleep", universe.sleep),
        # It remembers the last id of its process.
        (ulid, "default_generator", ulid.ULIDGenerator()),
    ]
    patches = [patch.object(owner, name, value) for owner, name, value in replaced]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in reversed(patches):
            each.stop()
        random.setstate(state)
