"""CPU of warm handlers against the same calls by hand (`byhand.py`), with AWS played back to both."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.speed.lambdas import HERE, Lambdas

OPERATIONS: Final = ("points earned", "order recorded", "profile read", "page of 50 read")
# Long enough that a turn takes some 100 ms, short enough that both sides see the same machine.
_RUNS: Final = {"points earned": 5, "order recorded": 5, "profile read": 50, "page of 50 read": 5}


def record(folder: Path) -> dict[str, Any]:
    """The operations as moto answers them, from a process of its own: see `record.py`."""
    file = folder / "recording.json"
    subprocess.run(  # noqa: S603  # this very Python
        [sys.executable, "-m", "benchmarks.speed.record", str(file)], check=True, stdout=subprocess.DEVNULL
    )
    recording: dict[str, Any] = json.loads(file.read_text())
    return recording


def measure(lambdas: Lambdas, recording: Mapping[str, Any], turns: int) -> dict[str, Any]:
    """Milliseconds of CPU of one operation, Regulars' and by hand, and the median ratio of the turns."""
    return {
        name: lambdas.probe("pairs", turns=turns, runs=_RUNS[name], **task(lambdas, recording, name))
        for name in OPERATIONS
    }


def task(lambdas: Lambdas, recording: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What `probe.py` needs to run an operation."""
    operation = recording["operations"][name]
    return {
        "path": [lambdas.unpacked(operation["service"]), str(HERE)],
        "operation": operation | {"name": name},
        "keys": recording["keys"],
        "environment": recording["environment"],
    }
