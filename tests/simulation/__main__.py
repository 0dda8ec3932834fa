"""Runs the simulator.

python -m tests.simulation --seeds 200 --orders 60 --report     a long run, its planted bugs, and the report of it
python -m tests.simulation --seed 17 --orders 60                one seed, with its history
python -m tests.simulation --seed 17 --orders 60 --only 1-9,14  some of its steps
python -m tests.simulation --bug dual-write --seeds 200         how long a planted bug hides
"""

from __future__ import annotations

# isort: off
import tests.conftest  # noqa: F401  # names the stage; before anything of Regulars is imported
# isort: on

import argparse
import sys
from collections.abc import Sequence

import pytest

from tests import tokens
from tests.harness.ground import ROOT
from tests.simulation import report
from tests.simulation.bugs import BUGS, Bug
from tests.simulation.report import Hunt
from tests.simulation.run import Run, simulate
from tests.simulation.shrink import as_ranges, from_ranges, shrink


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 when a seed fails or, with planted bugs, when one is not found."""
    asked = _parser().parse_args(arguments)
    tokens.install_issuers(pytest.MonkeyPatch())
    if asked.seed is not None:
        return _one(asked)
    if asked.bug:
        return 0 if _hunt(BUGS[asked.bug], asked.seeds, asked.orders).found else 1
    runs = [_checked(seed, asked.orders) for seed in range(1, asked.seeds + 1)]
    hunts = [_hunt(bug, asked.seeds, asked.orders) for bug in BUGS.values()] if asked.report else []
    if asked.report:
        report.write(runs, hunts)
        _say(f"wrote {report.PATH.relative_to(ROOT)}")
    good = all(run.is_good for run in runs) and all(hunt.found for hunt in hunts)
    _say(f"{sum(run.is_good for run in runs)} of {len(runs)} seeds are good")
    return 0 if good else 1


def _one(asked: argparse.Namespace) -> int:
    only = from_ranges(asked.only) if asked.only else None
    run = simulate(asked.seed, asked.orders, only=only, bug=BUGS.get(asked.bug or ""))
    _say("\n".join(run.history))
    return 0 if run.is_good else 1


def _checked(seed: int, orders: int) -> Run:
    run = simulate(seed, orders)
    if run.is_good:
        _say(f"seed {seed}: {run.steps} steps, {sum(run.calls.values())} calls, {sum(run.faults.values())} faults")
    else:
        explain(run)
    return run


def explain(run: Run, bug: Bug | None = None) -> None:
    """Say what failed, as shortly as can be found, and how to see it again."""
    short, steps = shrink(run, only=range((run.failed_at or 0) + 1), bug=bug)
    _say(f"seed {run.seed} FAILS at step {run.failed_at}. In {len(steps)} steps:")
    _say("\n".join(short.history))
    named = f" BUG={bug.name}" if bug else ""
    _say(f"again: make simulate SEED={run.seed} ORDERS={run.orders}{named} ONLY={as_ranges(steps)}")


def _hunt(bug: Bug, seeds: int, orders: int) -> Hunt:
    for seed in range(1, seeds + 1):
        run = simulate(seed, orders, bug=bug)
        if not run.is_good:
            _say(f"{bug.name}: found by seed {seed} at step {run.failed_at}: {run.failures[0][:120]}")
            return Hunt(bug, seed, run)
    _say(f"{bug.name}: NOT FOUND in {seeds} seeds")
    return Hunt(bug, seeds, None)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="how many, from 1")
    parser.add_argument("--orders", type=int, default=60, help="how many a seed")
    parser.add_argument("--seed", type=int, help="this one alone, with its history")
    parser.add_argument("--only", help="the steps to take of it, as 1-9,14")
    parser.add_argument("--bug", choices=sorted(BUGS), help="a planted bug to have in the code")
    parser.add_argument("--report", action="store_true", help="hunt all planted bugs too, and write the report")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
