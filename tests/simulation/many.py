"""Many runs: seeds that must be good, bugs that must be found, several at a time if wanted."""

from __future__ import annotations

# isort: off
import tests.harness.environment  # noqa: F401  # names the stage; before anything of Regulars is imported
# isort: on

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final

import pytest

from tests.harness import tokens
from tests.simulation.bugs import BUGS, Bug
from tests.simulation.report import Hunt, found_before
from tests.simulation.run import Run, simulate
from tests.simulation.shrink import as_ranges, shrink

# Most bugs show in a short history. Some need more people and more time: a history of so many orders.
_SHORT_ONES: Final = 6
_LONG: Final = 60
_LONG_ONES: Final = 20


def make_ready() -> None:
    """Let this process have pools that sign tokens."""
    tokens.install_issuers(pytest.MonkeyPatch())


@contextmanager
def workers(jobs: int) -> Iterator[Callable[..., Iterable[Any]]]:
    """Something like `map` that does `jobs` things at a time: what comes of a seed is the same in every process."""
    if jobs == 1:
        yield map
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), make_ready) as pool:
        yield pool.map


def checked(seed: int, orders: int) -> Run:
    """Run a seed, and say how it went."""
    run = simulate(seed, orders)
    if run.is_good:
        say(f"seed {seed}: {run.steps} steps, {sum(run.calls.values())} calls, {sum(run.faults.values())} faults")
    else:
        explain(run)
    return run


def hunted(name: str, seeds: int, orders: int) -> Hunt:
    """History after history with the bug of this name, until one finds it.

    The one that found it for the last report comes first, then a few short ones, then long ones.
    """
    bug = BUGS[name]
    before = found_before(name)
    short = [(seed, orders) for seed in range(1, min(seeds, _SHORT_ONES) + 1)] if orders < _LONG else []
    long_ones = [(seed, max(orders, _LONG)) for seed in range(1, min(seeds, _LONG_ONES) + 1)]
    tries = list(dict.fromkeys([*([before] if before else []), *short, *long_ones]))
    for number, (seed, long) in enumerate(tries, 1):
        run = simulate(seed, long, bug=bug)
        if not run.is_good:
            say(f"{bug.name}: found by seed {seed} of {long} orders at step {run.failed_at}: {run.failures[0][:120]}")
            return Hunt(name, number, run)
    say(f"{bug.name}: NOT FOUND in {len(tries)} histories")
    return Hunt(name, len(tries), None)


def explain(run: Run, bug: Bug | None = None) -> None:
    """Say what failed, as shortly as can be found, and how to see it again."""
    short, steps = shrink(run, only=range((run.failed_at or 0) + 1), bug=bug)
    say(f"seed {run.seed} FAILS at step {run.failed_at}. In {len(steps)} steps:")
    say("\n".join(short.history))
    named = f" BUG={bug.name}" if bug else ""
    say(f"again: make simulate SEED={run.seed} ORDERS={run.orders}{named} ONLY={as_ranges(steps)}")


def say(text: str) -> None:
    """Print it at once, whole, whichever process says it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
