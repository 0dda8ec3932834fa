"""Runs the simulator.

python -m tests.simulation --seeds 200 --orders 60 --report     a long run, its planted bugs, and the report of it
python -m tests.simulation --seed 17 --orders 60                one seed, with its history
python -m tests.simulation --seed 17 --orders 60 --only 1-9,14  some of its steps
python -m tests.simulation --bug dual-write --seeds 200         how long a planted bug hides
"""

from __future__ import annotations

# isort: off
import tests.harness.environment  # noqa: F401  # names the stage; before anything of Regulars is imported
# isort: on

import argparse
import sys
from collections.abc import Sequence
from itertools import repeat

from tests.harness.aws.ground import ROOT
from tests.simulation import report
from tests.simulation.bugs import BUGS
from tests.simulation.many import checked, explain, hunted, make_ready, say, workers
from tests.simulation.run import simulate
from tests.simulation.shrink import from_ranges


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 when a seed fails or, with planted bugs, when one is not found."""
    asked = _parser().parse_args(arguments)
    make_ready()
    if asked.seed is not None:
        return _one(asked)
    if asked.bug:
        return 0 if hunted(asked.bug, asked.seeds, asked.orders).found else 1
    commit = report.current_commit()
    with workers(asked.jobs) as each:
        runs = list(each(checked, range(1, asked.seeds + 1), repeat(asked.orders)))
        hunts = list(each(hunted, BUGS, repeat(asked.seeds), repeat(asked.orders))) if asked.report else []
    if asked.report:
        report.write(runs, hunts, commit)
        say(f"wrote {report.PATH.relative_to(ROOT)}")
    good = all(run.is_good for run in runs) and all(hunt.found for hunt in hunts)
    say(f"{sum(run.is_good for run in runs)} of {len(runs)} seeds are good")
    if hunts:
        say(f"{sum(hunt.found is not None for hunt in hunts)} of {len(hunts)} planted bugs were found")
    return 0 if good else 1


def _one(asked: argparse.Namespace) -> int:
    only = from_ranges(asked.only) if asked.only else None
    bug = BUGS.get(asked.bug or "")
    run = simulate(asked.seed, asked.orders, only=only, bug=bug)
    say("\n".join(run.history))
    if not run.is_good and only is None:
        explain(run, bug)
    return 0 if run.is_good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="how many, from 1")
    parser.add_argument("--orders", type=int, default=60, help="how many a seed")
    parser.add_argument("--seed", type=int, help="this one alone, with its history")
    parser.add_argument("--only", help="the steps to take of it, as 1-9,14")
    parser.add_argument("--bug", choices=sorted(BUGS), help="a planted bug to have in the code")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--report", action="store_true", help="hunt all planted bugs too, and write the report")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
