"""Requests and the job of liability: each calls one use case."""

from __future__ import annotations

from typing import Any

from loyalty.liability import reports as liability
from loyalty.liability.models import LiabilityQuery, LiabilityView
from loyalty.liability.usecases import close_days
from shared.http import Csv, Request
from shared.jobs import time_left
from shared.messages.cause import Cause


def report_liability(request: Request, query: LiabilityQuery) -> LiabilityView:
    """What the shop owes its customers, by the month in which it ends, and what became of the rest, at a day's end."""
    del request
    return liability.report_liability(query)


def tabulate_liability(request: Request, query: LiabilityQuery) -> Csv:
    """The same as a table for spreadsheets."""
    del request
    return Csv(liability.tabulate_liability(query))


def close(context: Any) -> dict[str, Any]:
    """Close the books of each day that is over; hourly, so that what one run leaves is not left for a day."""
    run = close_days(Cause("schedule:close", context.aws_request_id), time_left(context))
    return {"closed": run.done, "finished": run.finished}
