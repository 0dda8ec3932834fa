"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

_PACKAGES: Final = ("boto3", "chalice", "pydantic", "pynamodb", "aws-lambda-powertools")


def state() -> dict[str, Any]:
    """The machine, and how busy it is now."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "cpus": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "load": [round(load, 1) for load in os.getloadavg()],
    }


def _processor() -> str:
    """Its name, where the system says it."""
    told = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in _lines(told) if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []
