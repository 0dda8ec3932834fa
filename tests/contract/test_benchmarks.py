"""What `make bench` measures still runs: the benchmarks are no part of the gate themselves."""

from __future__ import annotations

from pathlib import Path

from benchmarks.speed.handlers import OPERATIONS, record


def test_every_operation_that_is_measured_succeeds(tmp_path: Path) -> None:
    recorded = record(tmp_path)["operations"]
    assert set(recorded) == set(OPERATIONS)
    assert all(operation["answers"] for operation in recorded.values())
