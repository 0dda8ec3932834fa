"""The job of jobs: each calls one use case."""

from __future__ import annotations

from typing import Any, Final

from loyalty.jobs.usecases import advance_accounts
from shared.cause import Cause

# Enough for the account in work, with all its tries, and the end of the run.
_RESERVE_MILLISECONDS: Final = 20_000


def expire(context: Any) -> dict[str, Any]:
    """Do what time does to accounts; hourly, so that what one run leaves is not left for a day."""
    cause = Cause("schedule:expire", context.aws_request_id)
    run = advance_accounts(cause, lambda: context.get_remaining_time_in_millis() > _RESERVE_MILLISECONDS)
    return {"advanced": run.advanced, "finished": run.finished}
