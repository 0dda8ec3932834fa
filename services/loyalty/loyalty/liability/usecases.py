"""Closes days: sums the entries of each day, and keeps the books after it for good.

A run closes one day after the other and can end anywhere. One item holds the sums of the open day together with the
position of the count. A closed day and the step to the next are one transaction; with very many ledgers they are
several, and the item says how far they came. So nothing counts twice. Two runs at once do no harm: the slower one finds
that the item has changed, and stops.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from loyalty.liability import store
from loyalty.liability.items import ClosedDay, Progress, key_of
from loyalty.liability.rules import Books, BooksError, Closed, can_close, close, currency_of, end_of, rate_of
from loyalty.programme.usecases import programme_at
from shared import clock
from shared.items.keys import SHARDS
from shared.items.table import LostRaceError
from shared.jobs import HasTime, Job, Run
from shared.messages.cause import Cause

# A run that dies makes the next run count at most this many pages again: a minute's work.
_PAGES_UNSAVED: Final = 50
_CLOSE: Final = Job("close", "DaysClosed")


def close_days(cause: Cause, has_time: HasTime) -> Run:
    """Close every day that is over, from the first with an entry on, until all are closed or the time is over.

    A day follows from the day before, so the run ends at the first day that fails. Raises BooksError for a day with
    impossible sums. That day stays open, and the next run counts it anew.
    """
    del cause  # closing a day tells nobody
    run = Run()
    try:
        _close_days(run, has_time)
    except LostRaceError:
        run.finished = False
    _CLOSE.report(run)
    return run


def _close_days(run: Run, has_time: HasTime) -> None:
    progress = store.find_progress() or _begin()
    while progress and can_close(progress.day, clock.now()):
        if not has_time() or not _count(progress, has_time):
            run.finished = False
            return
        _close(progress)
        run.done += 1


def _begin() -> Progress | None:
    first_day = store.find_first_day()
    if first_day is None:
        return None
    progress = Progress.fresh(first_day)
    store.save(progress)
    return progress


def _count(progress: Progress, has_time: HasTime) -> bool:
    """Sum the rest of the day, page by page; return whether the time was enough."""
    pages = 0
    while progress.counted < len(SHARDS):
        page = store.page_of(progress.day, SHARDS[progress.counted], progress.position)
        # First: a run that dies counts the page again, and stores the same anchors again.
        store.anchor(progress.day, progress.position, page)
        for line in page.lines:
            progress.open.setdefault(line.ledger, Books()).count(line)
        progress.position = page.next_position
        progress.counted += page.next_position is None
        pages += 1
        in_time = has_time()
        if not in_time or pages % _PAGES_UNSAVED == 0:
            store.save(progress)
        if not in_time:
            return False
    return True


def _close(progress: Progress) -> None:
    """Write the closed day of every ledger, and move to the next day: in one transaction, or in as many as it takes.

    What was counted stays until the last part. So a run that continues finds the same sums.
    """
    day, on_day = progress.day, progress.open
    names = sorted({*progress.ledgers, *on_day})
    try:
        after = {name: close(progress.ledgers.get(name), on_day.get(name, Books()), day) for name in names}
    except BooksError:
        _count_anew(progress)
        raise
    left = [each for each in _closed_days(day, after, on_day) if each.ledger > (progress.closed_up_to or "")]
    while len(left) > store.LEDGERS_AT_ONCE:
        part, left = left[: store.LEDGERS_AT_ONCE], left[store.LEDGERS_AT_ONCE :]
        progress.closed_up_to = part[-1].ledger
        store.write_days(part, progress)
    progress.ledgers, progress.day, progress.closed_up_to = after, day + timedelta(days=1), None
    progress.open, progress.counted, progress.position = {}, 0, None
    store.write_days(left, progress)


def _count_anew(progress: Progress) -> None:
    progress.open, progress.counted, progress.position = {}, 0, None
    store.save(progress)


def _closed_days(day: date, after: dict[str, Closed], on_day: dict[str, Books]) -> Iterator[ClosedDay]:
    """The items of a day, by the names of their ledgers."""
    now = clock.now()
    in_force = programme_at(end_of(day) - timedelta.resolution)
    programme = in_force.programme
    for name, closed in after.items():
        item = ClosedDay(*key_of(name, day), closed=closed, closed_at=now)
        item.on_day = on_day[name].moved if name in on_day else {}
        item.currency = currency_of(name) or programme.currency
        if currency_of(name) is None:
            item.rate, item.programme = rate_of(programme.redeeming), in_force.version
        yield item
