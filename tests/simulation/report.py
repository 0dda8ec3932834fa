"""The report of a long run, in docs/proof/simulation.md."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.harness.ground import ROOT
from tests.simulation.bugs import Bug
from tests.simulation.checks import ALWAYS, Check
from tests.simulation.rest_checks import AT_REST
from tests.simulation.run import Run

PATH: Final = ROOT / "docs" / "proof" / "simulation.md"

_HEAD: Final = """# The simulation

Made by `make simulate SEEDS={seeds} ORDERS={orders}` at commit `{commit}`. Do not edit.

The real handlers of all five services run in one process on moto, with everything that AWS puts between them: streams,
bus, queues, dead letters, schedules. A seed decides what happens and what goes wrong; time, ids and chance come from
it, so the same seed at the same commit gives the same history, byte for byte. After each step everything that must
always hold is checked, and at rest, once faults have stopped, everything that must come out. What must come out is
worked out by brute force, beside the services' own rules (`tests/simulation/model.py`).

`make simulate SEED=17 ORDERS={orders}` replays one seed. A failing one is made short, and prints the command that
replays it.
"""


@dataclass(frozen=True)
class Hunt:
    """How long it took to find a planted bug: the run that found it, or none."""

    bug: Bug
    seeds: int
    found: Run | None


def write(runs: Sequence[Run], hunts: Sequence[Hunt], path: Path = PATH) -> None:
    """Write the report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(runs, hunts), encoding="utf-8")


def text_of(runs: Sequence[Run], hunts: Sequence[Hunt]) -> str:
    """The report as Markdown."""
    head = _HEAD.format(seeds=len(runs), orders=runs[0].orders, commit=_commit())
    return "\n".join([head, *_numbers(runs), *_checks(), *_hunts(hunts), ""])


def _numbers(runs: Sequence[Run]) -> list[str]:
    bad = [run for run in runs if not run.is_good]
    calls = sum((run.calls for run in runs), Counter[str]())
    faults = sum((run.faults for run in runs), Counter[str]())
    return [
        "## What was run",
        "",
        "| | |",
        "|---|---|",
        f"| seeds | {runs[0].seed} to {runs[-1].seed}, {runs[0].orders} orders each |",
        f"| failing seeds | {len(bad)}{': ' + ', '.join(str(run.seed) for run in bad) if bad else ''} |",
        f"| steps, each checked | {sum(run.steps for run in runs):,} |",
        f"| AWS calls | {sum(calls.values()):,} |",
        f"| faults | {sum(faults.values()):,} |",
        "",
        "| fault | times |",
        "|---|---|",
        *(f"| {name} | {times:,} |" for name, times in sorted(faults.items())),
        "",
    ]


def _checks() -> list[str]:
    def line(check: Check) -> str:
        says = " ".join((check.__doc__ or check.__name__.replace("_", " ")).split())
        return f"- {check.__name__.replace('_', ' ')}: {says}"

    return [
        "## What always holds",
        "",
        *map(line, ALWAYS),
        "- each mail: at most one of its cause, to somebody who is there, active and agreed; seen as SES is called",
        "- each event: told twice, it says the same, byte for byte, and is what the catalogue says",
        "",
        "## What holds at rest",
        "",
        "- everything settles within a bounded number of rounds",
        *map(line, AT_REST),
        "",
    ]


def _hunts(hunts: Sequence[Hunt]) -> list[str]:
    lines = [f"| {hunt.bug.name} | {hunt.bug.says} | {_found(hunt)} |" for hunt in hunts]
    return [
        "## Planted bugs",
        "",
        "Each is switched on alone, and the seeds are tried from the first. All must be found.",
        "",
        "| bug | what it is | found by seed, at step |",
        "|---|---|---|",
        *lines,
    ]


def _found(hunt: Hunt) -> str:
    return f"{hunt.found.seed}, {hunt.found.failed_at}" if hunt.found else f"**not in {hunt.seeds}**"


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return asked.stdout.strip() or "unknown"
