"""Bundles as Lambda unpacks them, and the bare Python that they run on."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from infra.bundle import HOST, bundle

HERE: Final = Path(__file__).parent
# What Lambda's Python has beside the standard library.
_RUNTIME: Final = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
# As in a function, but for the traces, which an account can turn on.
_ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
    "POWERTOOLS_TRACE_DISABLED": "true",
}


class ProbeError(Exception):
    """What was to be measured did not run; the message is what it said."""


@dataclass(frozen=True)
class Lambdas:
    """The unpacked bundles, under `root`."""

    root: Path

    @cached_property
    def runtime(self) -> str:
        """A folder of Lambda's own packages, and nothing else of this environment."""
        folder = self.root / "runtime"
        folder.mkdir()
        for name in _RUNTIME:
            spec = find_spec(name)
            if spec is None or spec.origin is None:
                raise ProbeError(f"{name} is not installed")
            found = Path(spec.origin)
            source = found.parent if found.name == "__init__.py" else found
            (folder / source.name).symlink_to(source)
        return str(folder)

    def unpacked(self, service: str) -> str:
        """The folder of a service's bundle."""
        return str(self.root / service)

    def probe(self, what: str, path: list[str], **task: Any) -> dict[str, Any]:
        """What `probe.py` finds in a fresh process. Raises ProbeError."""
        task = {"environment": _ENVIRONMENT, **task, "path": [*path, self.runtime]}
        done = _python([str(HERE / "probe.py"), what], json.dumps(task))
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def import_times(self, service: str) -> dict[str, float]:
        """Milliseconds that each package takes of importing a service, by `-X importtime`."""
        path = [self.unpacked(service), self.runtime]
        done = _python(["-X", "importtime", "-c", f"import sys; sys.path[:0] = {path!r}; import app"])
        return _by_package(done.stderr)


def unpack(root: Path, services: tuple[str, ...]) -> Lambdas:
    """The services' bundles, made where they are stale, and unpacked under `root`."""
    for one in bundle(HOST, services):
        with zipfile.ZipFile(one.archive) as archive:
            archive.extractall(root / one.service)
    return Lambdas(root)


def _python(arguments: list[str], given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", *arguments]
    done = subprocess.run(  # noqa: S603  # this very Python
        command, input=given, capture_output=True, text=True, check=False, env=_ENVIRONMENT
    )
    if done.returncode:
        raise ProbeError(done.stderr)
    return done


def _by_package(report: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in report.splitlines():
        own, _, name = line.removeprefix("import time:").replace(" ", "").split("|")
        if own.isdigit():
            package = name.partition(".")[0]
            found[package] = found.get(package, 0) + int(own) / 1000
    return found
