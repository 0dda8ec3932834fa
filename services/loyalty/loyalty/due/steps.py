"""The steps that time takes with an account of any kind: a hold that ends, warnings, and the next look at it."""

from __future__ import annotations

from datetime import datetime

from loyalty.due.rules import last_days, warnings
from loyalty.ledger.held import A
from loyalty.ledger.items import Account, Entry
from loyalty.ledger.overdue import Post, ended_hold, run_out
from loyalty.ledger.rules import Back
from loyalty.ledger.store import Terms
from shared.cause import Cause
from shared.events.base import EventData
from shared.table import Put, commit


def end_hold(account: A, now: datetime, cause: Cause, back: Back, post: Post) -> Entry | None:
    """The entry that ends a hold whose time is over, if there is one."""
    ended = ended_hold(account.standing, now)
    return run_out(account, ended, cause, back, post) if ended else None


def look_again(account: Account, terms: Terms, warning: type[EventData], cause: Cause) -> None:
    """Warn of what expires soon, by `warning` about `<day>/<amount>/<days left>`; set when the account is due again."""
    watch = terms.watch
    lots = last_days(account.standing.lots, account.active_on, watch)
    for notice in warnings(lots, account.warned_on, watch):
        days_left = (notice.lot - watch.today).days
        account.tell(warning, cause, about=f"{notice.lot}/{lots[notice.lot]}/{days_left}")
    account.warned_on = watch.today
    account.move_due(watch, terms.now)
    commit(Put(account))
