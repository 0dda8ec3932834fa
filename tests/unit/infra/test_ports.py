"""`make run` looks at both of its ports before it sets anything up."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from infra.apps import ROOT
from infra.local.cloud import CloudError, free_port, refuse_taken
from infra.local.ports import HIGHEST, HOST


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def look(port: object) -> subprocess.CompletedProcess[str]:
    """The command of the Makefile, on a Python without the project's packages."""
    command = [sys.executable, "-S", "-m", "infra.local.ports", str(port)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603


def test_a_taken_port_is_named(taken: int) -> None:
    refused = look(taken)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {taken} is taken.")
    with pytest.raises(CloudError, match=f"^Port {taken} is taken"):
        refuse_taken(taken)


def test_so_is_the_port_of_the_local_cloud(taken: int) -> None:
    assert look(taken - 1).stderr.startswith(f"Port {taken} is taken.")


def test_free_ports_are_fine() -> None:
    done = look(free_port())
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("port", ["", "x", "0", "-1", "80.5", HIGHEST + 1])
def test_what_is_no_port_is_refused_without_a_traceback(port: object) -> None:
    refused = look(port)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
