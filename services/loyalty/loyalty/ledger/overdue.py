"""What is overdue in an account: a hold whose time is over, or a lot whose last day is.

The job writes the entries by the hour; whoever spends writes them first, where an overdue hold or lot is in the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Balances
from loyalty.ledger.due_dates import Watch, last_days, overdue_lots, warnings
from loyalty.ledger.items import A, Account, Entry
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.terms import Terms
from shared.cause import Cause
from shared.events.base import EventData
from shared.table import Put, commit

# Takes account, posting, origin and facts, as the store of the account's kind makes entries.
Post = Callable[..., Entry]


def overdue_hold(balances: Balances, now: datetime) -> str | None:
    """An overdue hold, if any."""
    return next((name for name, each in balances.holds.items() if each.until <= now), None)


def release_overdue(account: A, hold_id: str, cause: Cause, return_policy: ReturnPolicy, post: Post) -> Entry:
    """The entry that ends an overdue hold."""
    posting = rules.release(account.balances, hold_id, return_policy)
    return post(account, posting, end_of(hold_id, cause), hold=hold_id, ran_out=True)


def end_of(hold_id: str, cause: Cause) -> ledger.Origin:
    """What the entry is named after that ends a hold, however it ends."""
    return ledger.Origin(f"HOLD#{hold_id}", "END", hold_id, cause)


def expire(account: Account, watch: Watch, cause: Cause, post: Post) -> Entry | None:
    """The entry that takes away the soonest overdue lot, if there is one.

    It is named after the day of the lot that it expired of, so that this is found without what expired of others.
    """
    overdue = overdue_lots(account.lots, account.active_on, watch)
    if not overdue:
        return None
    posting, of = rules.expire_soonest(account.balances, overdue)
    return post(account, posting, on_day("EXPIRY", account, of, cause))


def expire_overdue(load: Callable[[], A], watch: Watch, cause: Cause, post: Post) -> A:
    """The account as `load` finds it, once every overdue lot has expired; to be posted to.

    Else points that nobody has used for too long would live again with the next order, if that came before the job.
    Raises LostRaceError when another run is faster.
    """
    account = load()
    while overdue_lots(account.lots, account.active_on, watch):
        if (entry := expire(account, watch, by_time(cause), post)) is None:
            break
        ledger.write_or_lose(entry, account)
        account = load()
    return account


def by_time(cause: Cause) -> Cause:
    """The cause of what time has done, in a request of somebody who has nothing to do with it."""
    return replace(cause, actor="service:loyalty")


def without_overdue(account: A, watch: Watch) -> A:
    """The account in hand as it will be once its overdue lots have expired: to be looked at and never written.

    No entry says so yet.
    """
    if overdue := overdue_lots(account.lots, account.active_on, watch):
        account.set_balances(rules.expire(account.balances, overdue).after)
    return account


def on_day(what: str, account: Account, day: date, cause: Cause) -> ledger.Origin:
    """What an entry is named after that a day caused: the account's name, the day and the entry's number."""
    # The number makes room for a second time on one day: an old order heard of late, say.
    name = day.isoformat()
    return ledger.Origin(f"{what}#{account.name}", f"{name}#{account.entries + 1:09}", name, cause)


def release_next_overdue(
    account: A, now: datetime, cause: Cause, return_policy: ReturnPolicy, post: Post
) -> Entry | None:
    """The entry that ends an overdue hold, if there is one."""
    ended = overdue_hold(account.balances, now)
    return release_overdue(account, ended, cause, return_policy, post) if ended else None


def warn_and_set_due(account: Account, terms: Terms, warning: type[EventData], cause: Cause) -> None:
    """Warn of what expires soon, by `warning` about `<day>/<amount>/<days left>`; set when the account is due again."""
    watch = terms.watch
    lots = last_days(account.balances.lots, account.active_on, watch)
    for notice in warnings(lots, account.warned_on, watch):
        days_left = (notice.lot - watch.today).days
        account.tell(warning, cause, about=f"{notice.lot}/{lots[notice.lot]}/{days_left}")
    account.warned_on = watch.today
    account.move_due(watch, terms.now)
    commit(Put(account))
