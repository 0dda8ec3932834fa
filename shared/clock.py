"""The present time of all services.

The local cloud can be set forward: `REGULARS_CLOCK_FILE` names a file that holds an offset in seconds. No template
sets that variable, so a deployed stage has no such clock. Token expiry, request signing and cursors never use
this module.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

OFFSET_FILE_VARIABLE = "REGULARS_CLOCK_FILE"


def now() -> datetime:
    """The present time, aware and in UTC, plus the local cloud's offset if there is one."""
    return datetime.now(UTC) + offset()


def offset() -> timedelta:
    """The offset of the local cloud's clock. The file is read each time, so that a change acts at once."""
    named = os.environ.get(OFFSET_FILE_VARIABLE)
    if not named:
        return timedelta()
    try:
        return timedelta(seconds=float(Path(named).read_text(encoding="ascii")))
    except FileNotFoundError:
        return timedelta()
