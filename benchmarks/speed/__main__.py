"""`make bench`: measure cold starts, handlers and the local cloud, and write docs/proof/benchmarks.*."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.speed import cloud, handlers, report, starts
from benchmarks.speed.lambdas import unpack
from benchmarks.speed.machine import state
from infra.console import console
from shared.services import SERVICES

PROOF: Final = Path(__file__).resolve().parents[2] / "docs" / "proof"
# Fifteen turns give a median that moves by some 0.03 from run to run on a quiet machine.
_TURNS: Final = 15
_PLAN: Final = cloud.Plan(sizes=(1_000, 10_000, 100_000), seconds=20, calls=40)
_QUICK_TURNS: Final = 3
_QUICK_PLAN: Final = cloud.Plan(sizes=(500, 2_000), seconds=5, calls=10)


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="fewer turns and customers, in two or three minutes")
    arguments.add_argument("--sizes", type=_sizes, help="customers in the tables, say 1000,10000")
    chosen = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the local cloud ends with it
    plan = _QUICK_PLAN if chosen.quick else _PLAN
    if chosen.sizes:
        plan = cloud.Plan(chosen.sizes, plan.seconds, plan.calls)
    found = _measure(_QUICK_TURNS if chosen.quick else _TURNS, plan)
    (PROOF / "benchmarks.json").write_text(json.dumps(found, indent=1) + "\n")
    (PROOF / "benchmarks.md").write_text(report.render(found))
    for line in report.over(found):
        console.print(f"over: {line}")


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted({int(size) for size in text.split(",")}))


def _measure(turns: int, plan: cloud.Plan) -> dict[str, Any]:
    began, machine = time.monotonic(), state()
    services = tuple(SERVICES)
    with TemporaryDirectory() as folder:
        console.print("Recording what AWS answers …")
        recording = handlers.record(Path(folder))
        lambdas = unpack(Path(folder), services)
        console.print("Cold starts …")
        started = starts.measure(lambdas, services, recording, turns)
        console.print("Handlers …")
        handled = handlers.measure(lambdas, recording, turns)
    console.print("The local cloud …")
    clouded = cloud.measure(plan)
    spent = {"minutes": (time.monotonic() - began) / 60, "after": state()["load"], "turns": turns}
    return {"machine": machine | spent, "starts": started, "handlers": handled, "cloud": clouded}


if __name__ == "__main__":
    main()
