"""The steps that time takes with an account of any kind: lots whose day is over, warnings, and the next look at it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from loyalty.days import NEVER
from loyalty.due.rules import Watch, last_days, warnings
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.held import A
from loyalty.ledger.holding import ended_hold, run_out
from loyalty.ledger.items import Account, Entry
from loyalty.ledger.rules import Back
from loyalty.ledger.standing import Lots
from loyalty.ledger.store import Terms
from shared.cause import Cause
from shared.events import EventData
from shared.table import Put, commit


def end_hold(account: A, now: datetime, cause: Cause, back: Back, post: Callable[..., Entry]) -> Entry | None:
    """The entry that ends a hold whose time is over, if there is one; `post` is that of the account's kind."""
    ended = ended_hold(account.standing, now)
    return run_out(account, ended, cause, back, post) if ended else None


def expire(account: Account, watch: Watch, cause: Cause, post: Callable[..., Entry]) -> Entry | None:
    """The entry that takes away the lots whose last day is over, if there are any; `post` as above."""
    over = lots_over(account, watch)
    if not over:
        return None
    return post(account, rules.expire(account.standing, over), on_day("EXPIRY", account, max(over), cause))


def lots_over(account: Account, watch: Watch) -> Lots:
    """The lots whose last day is over."""
    lots = account.standing.lots
    if not any(day < watch.today for day in last_days(lots, account.active_on, watch)):
        return {}
    idle = {day for day in lots if day == NEVER}
    ends = min(last_days(dict.fromkeys(idle, 1), account.active_on, watch), default=NEVER)
    return {day: amount for day, amount in lots.items() if (ends if day in idle else day) < watch.today}


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


def on_day(what: str, account: Account, day: date, cause: Cause) -> ledger.Origin:
    """What an entry is named after that a day caused: the account's name, the day and the entry's number."""
    # The number makes room for a second time on one day: an old order heard of late, say.
    name = day.isoformat()
    return ledger.Origin(f"{what}#{account.name}", f"{name}#{account.entries + 1:09}", name, cause)
