"""Starts and stops the local cloud: MiniStack on 127.0.0.1, as a separate process.

It enforces each function's role (`AUTH=true`). It opens no other listener, and starts only the AWS services that
Regulars uses. It does not see the environment of its caller. Its state is lost when it stops.
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

from infra.local.ports import HOST, refusal_of

ROOT = Path(__file__).resolve().parent.parent.parent
# CloudFormation, the services of the templates' resources, STS, and the services that Lambda itself needs.
USED = (
    "apigateway cloudformation cloudfront cognito-idp dynamodb dynamodbstreams events iam kms lambda logs monitoring "
    "s3 scheduler secretsmanager ses sns sqs sts"
)
REGION = "us-east-1"
# MiniStack's fixed access key of the account's root, id and secret alike. It may do everything; deployments and tests
# use it.
ROOT_KEY = "test"
# The clock file of the cloud that `make run` starts: see Cloud.clock.
CLOCK = ROOT / ".local" / "clock"
START_SECONDS = 60
STOP_SECONDS = 3


def session() -> boto3.Session:
    """A session of the local cloud's account. It ignores the environment. Calls still need the endpoint."""
    return boto3.Session(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION)


class CloudError(Exception):
    """The local cloud could not be installed, started or reached. The message says what to do."""


@dataclass
class Cloud:
    """A running local cloud. Its log, its clock file and its temporary files are in `home`."""

    port: int
    home: Path
    scratch: Path
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        """The value of `AWS_ENDPOINT_URL` for this cloud."""
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """The file with the output of MiniStack and of the functions."""
        return self.home / "cloud.log"

    @property
    def clock(self) -> Path:
        """The file with the number of seconds by which the functions' clock is ahead of the real time."""
        return self.home / "clock"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End MiniStack and the functions that it runs. Kill them if they take longer than STOP_SECONDS."""
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
    """Start the local cloud, and return once it answers. Raises CloudError if the port is taken or no answer comes."""
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
    """The number of seconds by which the functions' clock is ahead of the real time."""
    return float(file.read_text())


def write_clock(file: Path, seconds: float) -> None:
    """Set the functions' clock ahead of the real time. They may read at any time, so the file is replaced whole."""
    new = file.with_name("clock.new")
    new.write_text(str(seconds))
    new.replace(file)


def install() -> Path:
    """Install the local cloud from its own lock, and return the Python that runs it. Raises CloudError."""
    folder = ROOT / ".local" / "ministack"
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(folder)}
    environment.pop("VIRTUAL_ENV", None)
    command = ["uv", "sync", "--frozen", "--quiet", "--project", "infra/local", "--python", sys.executable]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CloudError(f"The local cloud could not be installed:\n{done.stderr}")
    return folder / "bin" / "python"


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def refuse_taken(port: int) -> None:
    """Raise CloudError if somebody listens on the port."""
    if refusal := refusal_of(port):
        raise CloudError(refusal)


def _environment(port: int, home: Path, scratch: Path, python: Path) -> dict[str, str]:
    """The whole environment of MiniStack and of the functions that it runs."""
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
        # Nobody collects traces here, and loading the X-Ray SDK takes longer than most calls.
        "POWERTOOLS_TRACE_DISABLED": "true",
        "REGULARS_CLOCK_FILE": str(home / "clock"),
    }


def _await_health(cloud: Cloud) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if cloud.process.poll() is not None:
            raise CloudError(f"The local cloud stopped while it started. The reason is in {cloud.log}.")
        if _is_healthy(cloud.endpoint):
            return
        time.sleep(0.1)
    raise CloudError(f"The local cloud did not answer within {START_SECONDS} seconds. Read {cloud.log}.")


def _is_healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5) as answer:  # noqa: S310  # ours
            return isinstance(json.load(answer), dict)
    except (URLError, OSError, ValueError):
        return False


def _discard(scratch: Path) -> None:
    """Remove the folder without waiting: it holds each worker's unpacked bundle, tens of thousands of files."""
    subprocess.Popen(["rm", "-rf", str(scratch)], start_new_session=True)


def _signal_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)
