"""The report of a long run, in docs/proof/simulation.md."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.harness.aws.ground import ROOT
from tests.simulation.bugs import BUGS
from tests.simulation.checks import ALWAYS, AT_REST
from tests.simulation.plan import people
from tests.simulation.run import STEPS, Run
from tests.simulation.steps import Check

# Of what gave a bug away.
_LONGEST: Final = 110
_ID: Final = re.compile(r"[a-z]{3}_[0-9A-Z]{26}|[0-9a-f]{32,}")
PATH: Final = ROOT / "docs" / "proof" / "simulation.md"

_HEAD: Final = """# The simulation

A program tries to break Regulars: it lets some {people} people shop for months while everything that can go wrong in
AWS goes wrong, and looks after every step whether anything was lost, counted twice, shown to the wrong person or kept
of somebody who was erased. Made by `make simulate SEEDS={seeds} ORDERS={orders}` at commit `{commit}`; do not edit.

- **What runs.** The real handlers of all five services, each app loaded several times over, as deployments side by
  side, in one process and one thread on moto. What AWS puts between them is the simulator's own: streams, bus,
  queues, dead letters, schedules, mail.
- **Who decides.** The seed. It draws the people, their orders and a deck of steps, then what happens and what goes
  wrong. Time, ids and all chance come from it, so the same seed at the same commit gives the same history, byte for
  byte.
- **What is checked.** After each step what must always hold; at rest, once faults have stopped and everything has
  settled, what must come out. That is worked out by brute force from the rules in words, without a line of the
  services (`tests/simulation/loyalty/model/`): points and store credit entry by entry, in the ledger's own sequence.
- **Whether anybody gains.** Two customers who work together try detours all the time: they buy and return, edit, name
  each other, spend on each other's orders, move a birthday. At rest nobody may have or have spent more points than the
  money that stayed earns in the tier that it gives (`tests/simulation/loyalty/greedy/`), nor more credit than was
  issued.
- **Whether it would notice.** {bugs} bugs are planted, one at a time, and must all be found.

`make simulate SEED=17 ORDERS={orders}` replays one seed and prints its history. A seed that fails is made short, step
by step, and prints the one command that replays what is left. `JOBS=2` uses two processes, with the same results.
"""


@dataclass(frozen=True)
class Hunt:
    """How long it took to find the planted bug of this name: the run that found it, or none."""

    bug: str
    seeds: int
    found: Run | None


def write(runs: Sequence[Run], hunts: Sequence[Hunt], commit: str, path: Path = PATH) -> None:
    """Write the report."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(runs, hunts, commit), encoding="utf-8")


def text_of(runs: Sequence[Run], hunts: Sequence[Hunt], commit: str) -> str:
    """The report as Markdown."""
    orders = runs[0].orders
    crowd = len(people(orders))
    head = _HEAD.format(seeds=len(runs), orders=orders, people=crowd, bugs=len(hunts), commit=commit)
    return "\n".join([head, *_numbers(runs), *_faults(runs), *_checks(), *_hunts(hunts), ""])


def _numbers(runs: Sequence[Run]) -> list[str]:
    bad = [run for run in runs if not run.is_good]
    seeds = f"{runs[0].seed} to {runs[-1].seed}, {runs[0].orders} orders each"
    return [
        "## What was run",
        "",
        "| | |",
        "|---|---:|",
        f"| seeds | {seeds} |",
        f"| failing seeds | {len(bad)}{': ' + ', '.join(str(run.seed) for run in bad) if bad else ''} |",
        f"| steps | {sum(run.steps for run in runs):,} |",
        f"| checks of everything stored | {sum(run.checks for run in runs):,} |",
        f"| AWS calls | {_sum(run.calls for run in runs).total():,} |",
        f"| events on the bus | {_sum(run.events for run in runs).total():,} |",
        f"| mails | {sum(run.mails for run in runs):,} |",
        f"| faults | {_sum(run.faults for run in runs).total():,} |",
        f"| SHA-256 of all histories, its first half | `{_digest(runs)}` |",
        "",
        *_steps(_sum(run.kinds for run in runs)),
        *_table(("the shop goes by", "seeds"), Counter(run.programme for run in runs)),
        *_table(("entry in the ledgers", "times"), _sum(run.entries for run in runs)),
    ]


def _steps(kinds: Counter[str]) -> list[str]:
    return [
        "| step | what it is | times |",
        "|---|---|---:|",
        *(f"| {kind} | {_says(STEPS[kind])} | {times:,} |" for kind, times in sorted(kinds.items())),
        "",
    ]


def _says(thing: object) -> str:
    """The first sentence or two of it: its documentation up to the first empty line."""
    return " ".join((thing.__doc__ or "").partition("\n\n")[0].split())


def _faults(runs: Sequence[Run]) -> list[str]:
    return [
        "## What went wrong",
        "",
        "At an AWS call or at the end of a function. A crash ends the function at that very line; *another in between*",
        "runs a whole second invocation, of the same or of the other deployment, between a function's reads and its",
        "write; *no answer* does the work and loses the answer.",
        "",
        *_table(("fault", "times"), _sum(run.faults for run in runs)),
        "Around them:",
        "",
        *_table(("disorder", "times"), _sum(run.disorder for run in runs)),
    ]


def _sum(counters: Iterable[Counter[str]]) -> Counter[str]:
    return sum(counters, Counter[str]())


def _table(head: tuple[str, str], counted: Counter[str]) -> list[str]:
    return [
        f"| {head[0]} | {head[1]} |",
        "|---|---:|",
        *(f"| {name} | {times:,} |" for name, times in sorted(counted.items())),
        "",
    ]


def _digest(runs: Sequence[Run]) -> str:
    lines = "\n".join(line for run in runs for line in run.history)
    return hashlib.sha256(lines.encode()).hexdigest()[:32]


def _checks() -> list[str]:
    def line(check: Check) -> str:
        return f"- {check.__name__.replace('_', ' ')}: {_says(check)}"

    return [
        "## What always holds",
        "",
        *map(line, ALWAYS),
        "- each mail: at most one of its cause, to somebody who is there and active; marketing to who agreed, and a",
        "  warning before its day is over; seen as SES is called",
        "- each event: told twice, it says the same, byte for byte, and is what the catalogue says",
        "",
        "## What holds at rest",
        "",
        "- everything settles within a bounded number of rounds",
        *map(line, AT_REST),
        "",
        "## What it does not show",
        "",
        "- Tables and their conditions are moto's; the local cloud and AWS are tested by other means.",
        "- Two invocations meet where one writes, the one whole between two calls of the other; not anywhere else.",
        "- Deployments side by side are of one commit: what an older one does with a newer one's items is not tried.",
        "- The books of each day are closed in every third seed: closing a year of days costs as much as all the rest.",
        "- Streams keep what was written for their 24 hours, and are not searched for whom was erased.",
        "- A message that no handler can read, and that becomes a dead letter only after its person's erasure has",
        "  swept there, stays until the queue lets it go. One that lies there when the erasure is approved is gone.",
        "",
    ]


def _hunts(hunts: Sequence[Hunt]) -> list[str]:
    found = [hunt for hunt in hunts if hunt.found]
    return [
        "## Planted bugs",
        "",
        "Each is switched on alone. The history that found it for the last report is tried first, then the seeds from",
        "the first, in six short histories and in twenty long ones, until one fails:",
        f"{len(found)} of {len(hunts)} were found. `make simulate BUG=<name>` hunts one of them.",
        "",
        "| bug | what it is | seed | orders | what gave it away |",
        "|---|---|---:|---:|---|",
        *map(_line, hunts),
    ]


def _line(hunt: Hunt) -> str:
    seeds = str(hunt.found.seed) if hunt.found else f"**not in {hunt.seeds}**"
    noticed = f"step {hunt.found.failed_at}: {_plain(hunt.found.failures[0])}" if hunt.found else ""
    orders = hunt.found.orders if hunt.found else ""
    return f"| `{hunt.bug}` | {BUGS[hunt.bug].says} | {seeds} | {orders} | {noticed} |"


def found_before(bug: str, path: Path = PATH) -> tuple[int, int] | None:
    """The seed and the number of orders that found this planted bug for the last report, if they did."""
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.startswith(f"| `{bug}` |"):
            seed, orders = line.split(" | ")[2:4]
            return (int(seed), int(orders)) if seed.isdigit() else None
    return None


def _plain(failure: str) -> str:
    """A failure, short and without what would break a table."""
    text = _ID.sub(lambda found: found.group()[:4] + "…", failure).replace("|", "/").replace("\n", " ")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def current_commit() -> str:
    """The commit that is checked out; to be asked for before a long run, not after it."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return asked.stdout.strip() or "unknown"
