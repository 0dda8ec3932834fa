"""Expiry: points whose last day is over leave the account, in one entry a customer and run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from loyalty.ledger import rules, store
from shared import clock
from shared.cause import Cause
from shared.observability import count, describe, logger
from shared.table import Put, commit, retry_lost_races


class ExpiryFailedError(Exception):
    """Some accounts could not be expired; the log says why, and the next run tries them again."""


@dataclass
class Run:
    """What a run did. It is not `finished` when its time was over before its work."""

    expired: int = 0
    failed: int = 0
    finished: bool = True


def expire_points(cause: Cause, has_time: Callable[[], bool]) -> Run:
    """Expire what is due until all is done or the time is over; the next run goes on from there.

    Only due accounts are read, and runs beside each other do no harm. Raises ExpiryFailedError at its end when
    accounts failed, so that the function's alarm tells of it.
    """
    run, today = Run(), clock.now().date()
    for customer_id in store.customers_due(today):
        if not has_time():
            run.finished = False
            break
        _try(run, customer_id, today, cause)
    count("AccountsExpired", run.expired)
    logger.info("expiry run", extra={"expired": run.expired, "failed": run.failed, "finished": run.finished})
    if run.failed:
        raise ExpiryFailedError(run.failed)
    return run


def _try(run: Run, customer_id: str, today: date, cause: Cause) -> None:
    try:
        run.expired += retry_lost_races(lambda: _expire(customer_id, today, cause))
    except Exception as error:  # noqa: BLE001  # one bad account keeps nobody else's points alive
        logger.error("account not expired", extra={"customer_id": customer_id, **describe(error)})
        run.failed += 1


def _expire(customer_id: str, today: date, cause: Cause) -> bool:
    account = store.find_account(customer_id)
    if account is None or account.due_on is None or account.due_on >= today:
        return False  # the index was behind, or another run was faster
    posting = rules.expire(account.standing, today)
    if posting is None:
        # The lot that made it due was spent; its date was left where it was until now.
        account.move_due(reached=True)
        commit(Put(account))
        return False
    last_day = max(posting.lots)
    name = last_day.isoformat()
    # The number makes room for a lot of the same day that comes later, of an old order heard of late.
    origin = store.Origin(f"EXPIRY#{customer_id}", f"{name}#{account.entries + 1:09}", name, cause)
    try:
        store.commit_entry(store.make_entry(account, posting, origin, expires_on=last_day), account)
    except store.AlreadyPostedError:
        return False  # another run was faster
    return True
