"""Overdue holds and lots: holds past their time, and lots past their last day.

An hourly job writes their entries. A spending writes them first, if an overdue hold or lot is in its way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Balances, EntryKind, Hold, Lots, Posting
from loyalty.ledger.due_dates import Notice, Watch, last_days, overdue_lots, warnings, warnings_at_once
from loyalty.ledger.items import A, Account, Entry
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.terms import Terms
from shared.events.base import EventData
from shared.items.table import Put, commit
from shared.messages.cause import Cause

# Makes an entry from account, posting, origin and facts; each kind of account has its own.
Post = Callable[..., Entry]

# The kinds of entries that give what was not there before.
_GIVEN: Final = frozenset(
    {EntryKind.EARNED, EntryKind.RIPENED, EntryKind.ADJUSTED, EntryKind.RECEIVED, EntryKind.ISSUED}
)
# Clocks differ, and a payment may finish in the last second.
LATENESS: Final = timedelta(minutes=1)


def overdue_hold(balances: Balances, now: datetime) -> str | None:
    return next((name for name, each in balances.holds.items() if each.until <= now), None)


def is_overdue(hold: Hold, now: datetime) -> bool:
    """Whether the hold can no longer be captured, and whoever needs its amount may have it."""
    return is_over(hold.until, now)


def is_over(until: datetime, now: datetime) -> bool:
    """Whether what was set aside until a moment is free again."""
    return now > until + LATENESS


def next_in_the_way(account: A, terms: Terms, cause: Cause, return_policy: ReturnPolicy, post: Post) -> Entry | None:
    """The entry that gives a spending more room: due amounts are activated, then an overdue hold is released.

    None if nothing is due.
    """
    if entry := activate_due(account, terms.today, by_time(cause), post):
        return entry
    ended = next((name for name, each in account.balances.holds.items() if is_overdue(each, terms.now)), None)
    return release_overdue(account, ended, by_time(cause), return_policy, post) if ended else None


def activate_due(account: A, today: date, cause: Cause, post: Post) -> Entry | None:
    """The entry that activates all pending amounts that are due; None if none is."""
    posting = rules.activate(account.balances, today)
    return post(account, posting, on_day("RIPENING", account, today, cause)) if posting else None


def release_overdue(account: A, hold_id: str, cause: Cause, return_policy: ReturnPolicy, post: Post) -> Entry:
    """The entry that releases an overdue hold."""
    posting = rules.release(account.balances, hold_id, return_policy)
    return post(account, posting, end_of(hold_id, cause), hold=hold_id, ran_out=True)


def end_of(hold_id: str, cause: Cause) -> ledger.Origin:
    """The origin of the entry that ends a hold. Capture, release and expiry share it, so a hold ends once."""
    return origin_of(hold_id, "END", cause)


def origin_of(hold_id: str, step: str, cause: Cause) -> ledger.Origin:
    """The origin of an entry of a hold."""
    return ledger.Origin(*key_of(hold_id, step), hold_id, cause)


def key_of(hold_id: str, step: str = "END") -> tuple[str, str]:
    """The key of an entry of a hold. The holds of one checkout, `<name>.<version>`, share a partition."""
    name, *version = hold_id.split(".")
    if version:
        # A currency in it says that credit is held as well. It is no part of the key, so that a version exists once.
        key = ".".join(part for part in version if not part.isupper())
        return f"CHECKOUT#{name}", f"{key}#{step}"
    return f"HOLD#{hold_id}", step


def expire(account: Account, overdue: Lots, cause: Cause, post: Post) -> Entry:
    """The entry that expires the soonest of the overdue lots.

    Its key names the day of the original lot. So the expiries of one lot are found without those of other lots.
    """
    posting, of = rules.expire_soonest(account.balances, overdue)
    return post(account, posting, on_day("EXPIRY", account, of, cause))


def by_time(cause: Cause) -> Cause:
    """The cause for an entry that time alone caused, during somebody's request."""
    return replace(cause, actor="service:loyalty")


def without_overdue(account: A, terms: Terms, return_policy: ReturnPolicy) -> A:
    """The account as the next call finds it, whatever the job has done: for reading only, never to be stored.

    Holds that have ended are released, due amounts are activated, and overdue lots have expired. No entry of any of
    these exists yet.
    """
    due = as_due(account, account.balances, terms, return_policy)
    if due != account.balances:
        account.set_balances(due, terms, terms.now)
    return account


def as_due(account: Account, balances: Balances, terms: Terms, return_policy: ReturnPolicy) -> Balances:
    """These balances of an account, once everything has happened that time alone causes."""
    for name, each in balances.holds.items():
        if is_overdue(each, terms.now):
            balances = rules.release(balances, name, return_policy).after
    if posting := rules.activate(balances, terms.today):
        balances = posting.after
    if overdue := overdue_lots(balances.lots, account.active_on, terms.watch):
        balances = rules.expire(balances, overdue).after
    return balances


def on_day(what: str, account: Account, day: date, cause: Cause) -> ledger.Origin:
    """The origin of an entry that a day caused: its key has the account's name, the day and the entry's number."""
    # The number allows a second entry for one day, for example after an old order arrives late.
    name = day.isoformat()
    return ledger.Origin(f"{what}#{account.name}", f"{name}#{account.entries + 1:09}", name, cause)


def release_next_overdue(
    account: A, now: datetime, cause: Cause, return_policy: ReturnPolicy, post: Post
) -> Entry | None:
    """The entry that releases an overdue hold; None if no hold is overdue."""
    ended = overdue_hold(account.balances, now)
    return release_overdue(account, ended, cause, return_policy, post) if ended else None


def expire_next_overdue(account: Account, watch: Watch, cause: Cause, post: Post) -> Entry | None:
    """The entry that expires the soonest overdue lot; None if no lot is overdue."""
    overdue = overdue_lots(account.lots, account.active_on, watch)
    return expire(account, overdue, cause, post) if overdue else None


def warn_and_set_due(account: Account, terms: Terms, warning: type[EventData], cause: Cause) -> None:
    """Send the due warnings, and set when the account is due again."""
    lots = last_days(account.balances.lots, account.active_on, terms.watch)
    _warn(account, warnings(lots, account.warned_on, terms.watch), terms, warning, cause)
    commit(Put(account))


def warn_at_once(account: Account, posting: Posting, terms: Terms, warning: type[EventData], cause: Cause) -> None:
    """Let the account's write also send the warnings of lots that the posting began too late for any other warning.

    An order told late, for example, gives points that end in two days. What returns to its lot had its warning.
    """
    if posting.kind not in _GIVEN:
        return
    before, lots = (last_days(lots, account.active_on, terms.watch) for lots in (posting.before.lots, account.lots))
    if notices := warnings_at_once(before, lots, account.warned_on, terms.watch):
        _warn(account, notices, terms, warning, cause)


def _warn(account: Account, notices: Iterable[Notice], terms: Terms, warning: type[EventData], cause: Cause) -> None:
    """Tell the warnings, about `<day>/<amount>/<days left>`, so that no later run gives them again."""
    watch = terms.watch
    lots = last_days(account.lots, account.active_on, watch)
    for notice in notices:
        days_left = (notice.lot - watch.today).days
        account.tell(warning, cause, about=f"{notice.lot}/{lots[notice.lot]}/{days_left}")
    account.warned_on = watch.today
    account.set_balances(account.balances, terms, terms.now)  # the same balances, with the next due date
