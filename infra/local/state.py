"""Where the running local cloud is, for the commands that come after it."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.console import console, fail
from infra.deploy import Deployment
from infra.local.cloud import ROOT, session

STAGE = "local"
FILE = ROOT / ".local" / "running.json"
STOP_SECONDS = 20
# The modules that the two processes run.
COMMAND = "infra.run"
CLOUD = "ministack"
# Linux's; elsewhere `ps` is asked.
PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Running:
    """What runs: the process to end, MiniStack under it, and both addresses."""

    pid: int
    cloud_pid: int
    endpoint: str
    base_url: str


def remember(running: Running, file: Path = FILE) -> None:
    """Notes what runs now, over what ran before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(running)))


def forget(file: Path = FILE) -> None:
    """Notes that nothing runs."""
    file.unlink(missing_ok=True)


def running(file: Path = FILE) -> Running | None:
    """What runs now, or None: a note may outlive a crash, and its numbers be given to other processes."""
    noted = _noted(file)
    return noted if noted and _runs(noted.cloud_pid, CLOUD) else None


def local_deployment() -> Deployment:
    """The stage on the local cloud; ends the command when it does not run."""
    now = running()
    if now is None:
        fail("The local cloud is not running: `make run` starts it.")
    return Deployment(STAGE, endpoint=now.endpoint, session=session())


def stop(file: Path = FILE) -> None:
    """Ends what runs, and says so."""
    ended = [_end(*one) for one in _to_end(file)]
    forget(file)
    console.print("The local cloud is stopped." if any(ended) else "The local cloud is not running.")


def _to_end(file: Path) -> list[tuple[int, str, signal.Signals]]:
    """The noted processes, the module each should be running, and how each is ended."""
    noted = _noted(file)
    if noted is None:
        return []
    return [(noted.pid, COMMAND, signal.SIGTERM), (noted.cloud_pid, CLOUD, signal.SIGKILL)]


def _end(pid: int, module: str, number: signal.Signals) -> bool:
    """Asks a process to end and waits for it as long as a clean end may take; leaves alone one that is not ours."""
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
    """Whether the process is `python -m <module>`; one that has ended, or that we may not look at, is not."""
    return f" -m {module} " in f"{_command_line(pid)} "


def _command_line(pid: int) -> str:
    """Its words, separated by spaces; empty where there is no such process."""
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
