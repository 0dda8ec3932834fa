"""Looks again at the rows whose day has come: the only job that time alone gives segments."""

from __future__ import annotations

from typing import Final

from segments.features.store import find_row
from segments.membership import store
from segments.membership.usecases import settle
from shared import clock
from shared.items.table import commit, retry_lost_races
from shared.jobs import HasTime, Job, Run
from shared.messages.cause import Cause

_REFRESH: Final = Job("refresh", "RowsRefreshed")


def refresh_due_rows(cause: Cause, has_time: HasTime) -> Run:
    """Evaluate every row that is due by today, the longest due first, within the time that remains.

    Any number of runs may be at it at once. Raises RowsFailedError at the end when rows failed.
    """
    due = store.customers_due(clock.now().date())
    return _REFRESH.try_each(
        due, lambda customer_id: retry_lost_races(lambda: _evaluate_if_due(customer_id, cause)), has_time
    )


def _evaluate_if_due(customer_id: str, cause: Cause) -> bool:
    """Whether the row was due still, and is evaluated now."""
    row = find_row(customer_id)
    due = store.due_on(row) if row else None
    if row is None or due is None or due > clock.now().date():
        return False
    commit(*settle(row, cause))
    return True
