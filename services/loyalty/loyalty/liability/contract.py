"""The books of each day, and what the shop owes in points and credit."""

from __future__ import annotations

from typing import Final

from loyalty.access import ADMINS
from shared.contract import Contract, Grant, Route, Schedule

CONTRACT: Final = Contract(
    routes=(
        Route("GET", "/api/loyalty/liability", "report_liability", ADMINS, problems=("day-not-closed",)),
        Route("GET", "/api/loyalty/liability.csv", "tabulate_liability", ADMINS, problems=("day-not-closed",)),
    ),
    schedules=(Schedule("close", "cron(30 1-23 * * ? *)", "close"),),
    grants=(  # The first day of all is found by a scan of one item.
        Grant(("close",), table=("dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem")),
        Grant(("close",), index="entries_by_day", scan=True),
    ),
)
