"""The local cloud: MiniStack on 127.0.0.1, started, watched and stopped as a process of its own.

It enforces each function's role (`AUTH=true`), opens no other listener, starts no service that Regulars does not use,
and sees nothing of the environment it is started from. Its state ends with it.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.error import URLError

import boto3

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
# CloudFormation and what it makes of the templates; STS and Lambda's own needs are among them.
USED = (
    "apigateway cloudformation cloudfront cognito-idp dynamodb dynamodbstreams events iam kms lambda logs monitoring "
    "s3 scheduler secretsmanager ses sns sqs sts"
)
REGION = "us-east-1"
# Both halves of the key of the account's root, which MiniStack fixes: it may do all; what deploys and tests uses it.
ROOT_KEY = "test"
# Holds by how many seconds the functions' clock is ahead of the real one, on the cloud that `make run` starts.
CLOCK = ROOT / ".local" / "clock"
START_SECONDS = 60
STOP_SECONDS = 3


def session() -> boto3.Session:
    """A session of the local cloud's account, whatever the environment says; calls still need the endpoint."""
    return boto3.Session(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION)


class CloudError(Exception):
    """The local cloud could not be installed, started or reached; the message says what to do."""


@dataclass
class Cloud:
    """A running local cloud. Its files (log, clock, temporary ones) lie in `home`."""

    port: int
    home: Path
    scratch: Path
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        """What `AWS_ENDPOINT_URL` has to be to reach it."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What MiniStack and the functions print."""
        return self.home / "cloud.log"

    @property
    def clock(self) -> Path:
        """The file that holds how many seconds the functions' clock is ahead of the real one."""
        return self.home / "clock"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends MiniStack and the functions it runs, the hard way if it takes longer than it may."""
        _signal_group(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()
        _discard(self.scratch)


def start(port: int, home: Path = ROOT / ".local") -> Cloud:
    """Starts the local cloud; returns once it answers. Raises CloudError when the port is taken or it stays silent."""
    refuse_taken(port)
    python = install()
    home.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="scratch-", dir=home))
    write_clock(home / "clock", 0)
    with (home / "cloud.log").open("wb") as log:
        process = subprocess.Popen(
            [str(python), "-m", "ministack"],
            cwd=scratch,
            env=_environment(port, home, scratch, python),
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    cloud = Cloud(port, home, scratch, process)
    try:
        _await_health(cloud)
    except BaseException:
        cloud.stop()
        raise
    return cloud


def read_clock(file: Path) -> float:
    """By how many seconds the functions' clock is ahead."""
    return float(file.read_text())


def write_clock(file: Path, seconds: float) -> None:
    """Sets the functions' clock ahead of the real one; they read it at any time, so never half of it is there."""
    new = file.with_name("clock.new")
    new.write_text(str(seconds))
    new.replace(file)


def install() -> Path:
    """The Python that runs the local cloud, with its own lock installed beside the project's."""
    folder = ROOT / ".local" / "ministack"
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(folder)}
    environment.pop("VIRTUAL_ENV", None)
    command = ["uv", "sync", "--frozen", "--quiet", "--project", "infra/local", "--python", sys.executable]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CloudError(f"The local cloud could not be installed:\n{done.stderr}")
    return folder / "bin" / "python"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def refuse_taken(port: int) -> None:
    """Raises CloudError when somebody listens on the port."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise CloudError(
                f"Port {port} is taken. Stop what uses it (`make stop`?) or choose one: make run PORT=9000"
            )


def _environment(port: int, home: Path, scratch: Path, python: Path) -> dict[str, str]:
    """All that MiniStack and the functions it runs inherit."""
    return {
        "PATH": f"{python.parent}:{os.defpath}",
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "AUTH": "true",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "SERVICES": ",".join(USED.split()),
        "LOG_LEVEL": "INFO",
        # Nobody collects traces here, and to load what sends them takes longer than most calls.
        "POWERTOOLS_TRACE_DISABLED": "true",
        "REGULARS_CLOCK_FILE": str(home / "clock"),
    }


def _await_health(cloud: Cloud) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if cloud.process.poll() is not None:
            raise CloudError(f"The local cloud ended at once; {cloud.log} says why.")
        if _is_healthy(cloud.endpoint):
            return
        time.sleep(0.1)
    raise CloudError(f"The local cloud did not answer within {START_SECONDS} seconds; {cloud.log} may say why.")


def _is_healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5) as answer:  # noqa: S310  # ours
            return isinstance(json.load(answer), dict)
    except (URLError, OSError, ValueError):
        return False


def _discard(scratch: Path) -> None:
    """Removes it without waiting: each worker unpacked its whole bundle there, tens of thousands of files."""
    subprocess.Popen(["rm", "-rf", str(scratch)], start_new_session=True)


def _signal_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)
