"""The benchmarks still run: `make bench` is no part of `make test`, but the operations that it measures must succeed."""

from __future__ import annotations

from pathlib import Path

from benchmarks.speed.handlers import OPERATIONS, record


def test_every_operation_that_is_measured_succeeds(tmp_path: Path) -> None:
    recorded = record(tmp_path)["operations"]
    assert set(recorded) == set(OPERATIONS)
    assert all(operation["answers"] for operation in recorded.values())
