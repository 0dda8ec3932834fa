"""Looks again at the rows whose day has come: the only job that time alone gives segments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from segments.features.store import find_row
from segments.membership import store
from segments.membership.usecases import settle
from shared import clock
from shared.cause import Cause
from shared.observability import count, describe, logger
from shared.table import commit, retry_lost_races

# A row takes some 20 ms, and at worst all the tries of two lost races, a few seconds: then the run ends in good order.
_STOP_BEFORE_MILLIS: Final = 20_000


class RefreshFailedError(Exception):
    """Some rows could not be refreshed; they are due still, and each is logged."""


@dataclass
class Refreshed:
    """What a run did. `finished` is False when its time was up before the end; the next run goes on from there."""

    evaluated: int = 0
    failed: int = 0
    finished: bool = True


def refresh_due_rows(cause: Cause, remaining_millis: Callable[[], int]) -> Refreshed:
    """Evaluate every row that is due by today, the longest due first, within the time that remains.

    A row that fails stops no other. Any number of runs may be at it at once. Raises RefreshFailedError at the end
    when rows failed, so that somebody hears of it.
    """
    done = Refreshed()
    for customer_id in store.customers_due(clock.now().date()):
        if remaining_millis() < _STOP_BEFORE_MILLIS:
            done.finished = False
            break
        _try_row(customer_id, cause, done)
    _report(done)
    return done


def _try_row(customer_id: str, cause: Cause, done: Refreshed) -> None:
    try:
        done.evaluated += retry_lost_races(lambda: _evaluate_if_due(customer_id, cause))
    except Exception as error:  # noqa: BLE001  # one bad row fails alone
        done.failed += 1
        logger.error("row not refreshed", extra={"customer_id": customer_id, **describe(error)})


def _evaluate_if_due(customer_id: str, cause: Cause) -> bool:
    """Whether the row was due still, and is evaluated now."""
    row = find_row(customer_id)
    due = store.due_on(row) if row else None
    if row is None or due is None or due > clock.now().date():
        return False
    commit(*settle(row, cause))
    return True


def _report(done: Refreshed) -> None:
    counts = {"evaluated": done.evaluated, "failed": done.failed, "finished": done.finished}
    logger.info("due rows refreshed", extra=counts)
    count("RowsRefreshed", done.evaluated)
    if done.failed:
        message = f"{done.failed} rows could not be refreshed"
        raise RefreshFailedError(message)
