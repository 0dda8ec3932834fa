"""Notes where the local cloud runs, so that later commands find it."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.console import console, fail
from infra.deploy import Deployment
from infra.local.cloud import ROOT, CloudError, session

STAGE = "local"
FILE = ROOT / ".local" / "running.json"
# Held by `make run`, also while it starts and nothing is noted yet. The system frees it with the process.
LOCK = ROOT / ".local" / "running.lock"
STOP_SECONDS = 20
# The modules that the two processes run.
COMMAND = "infra.run"
CLOUD = "ministack"
# Linux lists its processes there; other systems have `ps`.
PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Running:
    """The process of `make run`, the process of MiniStack under it, and both addresses."""

    pid: int
    cloud_pid: int
    endpoint: str
    base_url: str


def remember(running: Running, file: Path = FILE) -> None:
    """Note the running local cloud, in place of an earlier note."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(running)))


def forget(file: Path = FILE) -> None:
    """Note that nothing runs."""
    file.unlink(missing_ok=True)


def running(file: Path = FILE) -> Running | None:
    """The running local cloud, or None. A note may outlive a crash, and other processes may get its process ids."""
    noted = _noted(file)
    return noted if noted and _runs(noted.cloud_pid, CLOUD) else None


@contextmanager
def alone(file: Path = FILE, lock: Path = LOCK) -> Iterator[None]:
    """Let nobody else start the platform in this folder meanwhile. Raises CloudError if it runs already.

    Two platforms would share the note, the log and the clock, and later commands would find only the second.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CloudError(_already(running(file))) from None
        if now := running(file):
            raise CloudError(_already(now))
        yield


def _already(now: Running | None) -> str:
    where = f" at {now.base_url}" if now else ""
    return f"The platform runs in this folder already{where}. `make stop` ends it; another clone can run beside it."


def local_deployment() -> Deployment:
    """The stage on the local cloud. Ends the command if the local cloud does not run."""
    now = running()
    if now is None:
        fail("The local cloud is not running: `make run` starts it.")
    return Deployment(STAGE, endpoint=now.endpoint, session=session())


def stop(file: Path = FILE) -> None:
    """End the noted processes, and print whether any of them ran."""
    ended = [_end(*one) for one in _to_end(file)]
    forget(file)
    console.print("The local cloud is stopped." if any(ended) else "The local cloud is not running.")


def _to_end(file: Path) -> list[tuple[int, str, signal.Signals]]:
    """For each noted process: its id, the module that it should run, and the signal that ends it."""
    noted = _noted(file)
    if noted is None:
        return []
    return [(noted.pid, COMMAND, signal.SIGTERM), (noted.cloud_pid, CLOUD, signal.SIGKILL)]


def _end(pid: int, module: str, number: signal.Signals) -> bool:
    """Signal a process and wait for its end. Returns False, and does nothing, if the process does not run `module`."""
    if not _runs(pid, module):
        return False
    deadline = time.monotonic() + STOP_SECONDS
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    while _runs(pid, module) and time.monotonic() < deadline:
        time.sleep(0.1)
    return True


def _noted(file: Path) -> Running | None:
    return Running(**json.loads(file.read_text())) if file.exists() else None


def _runs(pid: int, module: str) -> bool:
    """Whether the process is `python -m <module>`. It is not if it has ended or may not be inspected."""
    return f" -m {module} " in f"{_command_line(pid)} "


def _command_line(pid: int) -> str:
    """The process's command line, its words separated by spaces. It is empty if there is no such process."""
    if PROCESSES.is_dir():
        try:
            return (PROCESSES / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    told = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()


if __name__ == "__main__":
    if sys.argv[1:] != ["stop"]:
        fail("Usage: python -m infra.local.state stop")
    stop()
