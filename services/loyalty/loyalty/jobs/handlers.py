"""The job of jobs: each calls one use case."""

from __future__ import annotations

from typing import Any

from loyalty.jobs.usecases import advance_accounts
from shared.jobs import time_left
from shared.messages.cause import Cause


def expire(context: Any) -> dict[str, Any]:
    """Do what time does to accounts; hourly, so that what one run leaves is not left for a day."""
    cause = Cause("schedule:expire", context.aws_request_id)
    run = advance_accounts(cause, time_left(context))
    return {"advanced": run.done, "finished": run.finished}
