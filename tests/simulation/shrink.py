"""Makes a failing history short: steps are left out as long as it still fails in the same way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tests.simulation.bugs import Bug
from tests.simulation.run import Run, simulate

# What differs between two failures of one kind: ids, numbers, values.
_PARTICULAR: Final = re.compile(r"[a-z]{3}_[0-9A-Z]{26}|[0-9a-f]{16,}|\d+|'[^']*'")


_SAME_BEGINNING: Final = 24


# A minute's worth of short runs.
_MOST_RUNS: Final = 150


def shrink(failed: Run, *, only: Sequence[int], bug: Bug | None = None) -> tuple[Run, list[int]]:
    """The shortest run found that fails like `failed`, and the steps that it takes of `only`."""
    best, steps = failed, [number for number in only if number <= (failed.failed_at or 0)]
    runs, chunk = 0, max(1, len(steps) // 2)
    while runs < _MOST_RUNS:
        start, has_shrunk = 0, False
        while start < len(steps) and runs < _MOST_RUNS:
            fewer = steps[:start] + steps[start + chunk :]
            run = simulate(failed.seed, failed.orders, only=frozenset(fewer), bug=bug)
            runs += 1
            if _alike(run, failed):
                best, steps, has_shrunk = run, [n for n in fewer if n <= (run.failed_at or 0)], True
            else:
                start += chunk
        if chunk == 1 and not has_shrunk:
            break
        chunk = max(1, chunk // 2)
    return best, steps


def as_ranges(numbers: Sequence[int]) -> str:
    """`1-3,7`, of numbers in order."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in ranges)


def from_ranges(text: str) -> list[int]:
    """The numbers of `1-3,7`."""
    parts = [part.partition("-") for part in text.split(",")]
    return [number for first, _, last in parts for number in range(int(first), int(last or first) + 1)]


def _alike(run: Run, failed: Run) -> bool:
    return bool({_kind(text) for text in run.failures} & {_kind(text) for text in failed.failures})


def _kind(failure: str) -> str:
    return _PARTICULAR.sub("", failure)[:_SAME_BEGINNING]
