"""A note of what runs may outlive it, and its process numbers may be a stranger's by then."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from infra.local import state
from infra.local.cloud import CloudError
from infra.local.state import Running, remember, running, stop


@contextmanager
def process(folder: Path, module: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs a module of this name, which only sleeps."""
    path = folder / Path(*module.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "__init__.py").touch()  # before the real package of that name
    path.write_text("print(flush=True)\nimport time\ntime.sleep(60)\n")
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as started:  # noqa: S603  # its own file
        assert started.stdout
        started.stdout.readline()
        try:
            yield started
        finally:
            started.kill()


def noted(folder: Path, pid: int, cloud_pid: int) -> Path:
    file = folder / "running.json"
    remember(Running(pid, cloud_pid, "http://127.0.0.1:1", "http://127.0.0.1:2"), file)
    return file


def test_what_runs_is_believed_and_ended(tmp_path: Path) -> None:
    with process(tmp_path, "infra.run") as command, process(tmp_path, "ministack") as cloud:
        file = noted(tmp_path, command.pid, cloud.pid)
        assert running(file)
        stop(file)
        assert command.wait(5) < 0
        assert cloud.wait(5) < 0
    assert not file.exists()


def test_a_strangers_process_is_left_alone_and_the_note_forgotten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with process(tmp_path, "somebody") as stranger:
        file = noted(tmp_path, stranger.pid, stranger.pid)
        assert running(file) is None
        stop(file)
        assert stranger.poll() is None
    assert not file.exists()
    assert "not running" in capsys.readouterr().out


def test_a_command_whose_cloud_crashed_is_ended_too(tmp_path: Path) -> None:
    with process(tmp_path, "infra.run") as command, process(tmp_path, "somebody") as stranger:
        stop(noted(tmp_path, command.pid, stranger.pid))
        assert command.wait(5) < 0
        assert stranger.poll() is None


def test_a_second_platform_in_the_folder_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    with process(tmp_path, "infra.run") as command, process(tmp_path, "ministack") as cloud:
        file = noted(tmp_path, command.pid, cloud.pid)
        before = file.read_text()
        with pytest.raises(CloudError, match=r"already at http://127\.0\.0\.1:2\. `make stop`"), _alone(tmp_path):
            raise AssertionError
        assert file.read_text() == before
        assert cloud.poll() is command.poll() is None
        stop(file)
    with _alone(tmp_path):
        pass


def test_a_second_platform_is_refused_while_the_first_still_starts(tmp_path: Path) -> None:
    with _alone(tmp_path), pytest.raises(CloudError, match=r"in this folder already\."), _alone(tmp_path):
        raise AssertionError
    with _alone(tmp_path):
        pass


def _alone(folder: Path) -> AbstractContextManager[None]:
    return state.alone(folder / "running.json", folder / "running.lock")


def test_without_a_note_nothing_runs(tmp_path: Path) -> None:
    assert running(tmp_path / "running.json") is None
    stop(tmp_path / "running.json")


def test_a_process_that_may_not_be_ended_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(state, "_runs", lambda *_: True)
    monkeypatch.setattr(os, "kill", refuse)
    stop(noted(tmp_path, 1, 1))
    assert "not running" in capsys.readouterr().out
