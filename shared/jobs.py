"""The one shape of a scheduled job.

It reads a sparse index of rows that are due and tries each. A row that fails stops no other: it is logged, stays due,
and fails the run at its end, so that the function's alarm tells of it. A run stops while there is time to end in good
order; the next one goes on from there.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex

from shared.items.keys import SHARDS
from shared.runtime.observability import count, describe, logger

R = TypeVar("R")
M = TypeVar("M", bound=Any)

# A row takes some 20 ms, and at worst all the tries of several lost races, a few seconds.
RESERVE_MILLISECONDS: Final = 20_000
# Key-only entries of about 150 bytes: a page of the index is then some 30 KB, and little is read in vain at a stop.
_ROWS_A_PAGE: Final = 200

# Whether a run has time for another row.
HasTime = Callable[[], bool]


class RowsFailedError(Exception):
    """Some rows failed; the log says why, and the next run tries them again."""


@dataclass
class Run:
    """The rows that a run has dealt with; it is not `finished` when its time was over before its rows."""

    done: int = 0
    failed: int = 0
    finished: bool = True


@dataclass(frozen=True)
class Job:
    """A job by its schedule's name, and the metric that counts the rows it has dealt with."""

    name: str
    metric: str

    def try_each(self, rows: Iterable[R], work: Callable[[R], bool], has_time: HasTime) -> Run:
        """Do `work`, which says whether there was any, for each row. Raises RowsFailedError at the end."""
        run = Run()
        for row in rows:
            if not has_time():
                run.finished = False
                break
            self._try(row, work, run)
        self.report(run)
        if run.failed:
            raise RowsFailedError(f"{run.failed} rows failed")
        return run

    def report(self, run: Run) -> None:
        """Log and count a run at its end."""
        logger.info("job ended", extra={"job": self.name, **vars(run)})
        count(self.metric, run.done)

    def _try(self, row: R, work: Callable[[R], bool], run: Run) -> None:
        try:
            run.done += work(row)
        except Exception as error:  # noqa: BLE001  # one bad row fails alone
            run.failed += 1
            logger.error("row failed", extra={"job": self.name, "row": str(row), **describe(error)})


def time_left(context: Any) -> HasTime:
    """Whether Lambda's `context` leaves time for another row and the end of the run."""
    return lambda: context.get_remaining_time_in_millis() > RESERVE_MILLISECONDS


def rows_due(index: GlobalSecondaryIndex[M], due: UnicodeAttribute, until: str) -> Iterator[M]:
    """The rows of a sparse index that are due by `until`, the longest due first, read as they are consumed.

    The index lags behind the table a little: the row itself says whether it is due still.
    """
    shards = [index.query(shard, due <= until, page_size=_ROWS_A_PAGE) for shard in SHARDS]
    return heapq.merge(*shards, key=attrgetter(due.attr_name))
