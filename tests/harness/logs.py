"""What a function logs, as its log group would hold it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from shared.runtime.observability import logger


@contextmanager
def captured_logs() -> Iterator[io.StringIO]:
    """All lines that the services' logger writes meanwhile."""
    handler = cast("logging.StreamHandler[io.TextIOBase]", logger.registered_handler)
    before = handler.setStream(lines := io.StringIO())
    try:
        yield lines
    finally:
        if before is not None:
            handler.setStream(before)
