"""The routes of liability."""

from __future__ import annotations

from loyalty.access import ACCESS
from loyalty.liability import reports as liability
from loyalty.liability.models import LiabilityQuery, LiabilityView
from shared.http import Csv, Request, Routes

endpoint = Routes(ACCESS["liability"])


@endpoint.get("/api/loyalty/liability", problems=[liability.DayNotClosedError])
def report_liability(request: Request, query: LiabilityQuery) -> LiabilityView:
    """What the shop owes its customers, by the month in which it ends, and what became of the rest, at a day's end."""
    del request
    return liability.report_liability(query)


@endpoint.get("/api/loyalty/liability.csv", problems=[liability.DayNotClosedError])
def tabulate_liability(request: Request, query: LiabilityQuery) -> Csv:
    """The same as a table for spreadsheets."""
    del request
    return Csv(liability.tabulate_liability(query))
