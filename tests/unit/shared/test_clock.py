"""The clock: real, or set forward by a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import clock


def test_without_a_file_it_is_the_real_time_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_file_sets_it_forward_and_is_read_again_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "offset"
    monkeypatch.setenv(clock.OFFSET_FILE_VARIABLE, str(file))
    assert clock.offset() == timedelta()
    for days in (1, 90):
        file.write_text(str(days * 86_400), encoding="ascii")
        assert clock.offset() == timedelta(days=days)
    assert clock.now() - datetime.now(UTC) > timedelta(days=89)
