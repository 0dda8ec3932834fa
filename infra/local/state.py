"""Where the running local cloud is, for the commands that come after it."""

import json
import os
import signal
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
    """What runs now, or None."""
    if not file.exists():
        return None
    noted = Running(**json.loads(file.read_text()))
    return noted if _is_alive(noted.cloud_pid) else None


def local_deployment() -> Deployment:
    """The stage on the local cloud; ends the command when it does not run."""
    now = running()
    if now is None:
        fail("The local cloud is not running: `make run` starts it.")
    return Deployment(STAGE, endpoint=now.endpoint, session=session())


def stop(file: Path = FILE) -> None:
    """Ends what runs, and says so."""
    now = running(file)
    if now is None:
        console.print("The local cloud is not running.")
        return
    for pid, number in ((now.pid, signal.SIGTERM), (now.cloud_pid, signal.SIGKILL)):
        _end(pid, number)
    forget(file)
    console.print("The local cloud is stopped.")


def _end(pid: int, number: signal.Signals) -> None:
    """Asks a process to end and waits for it as long as a clean end may take."""
    deadline = time.monotonic() + STOP_SECONDS
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.1)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    if sys.argv[1:] != ["stop"]:
        fail("Usage: python -m infra.local.state stop")
    stop()
