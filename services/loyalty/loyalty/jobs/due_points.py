"""The next due step of an account of points."""

from __future__ import annotations

from functools import partial

from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry
from loyalty.ledger.overdue import (
    activate_due,
    expire_next_overdue,
    on_day,
    release_next_overdue,
    warn_and_set_due,
)
from loyalty.ledger.terms import Terms
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import return_policy
from loyalty.points.tier_rules import review
from shared.events.loyalty import PointsExpiring
from shared.messages.cause import Cause


def advance_points(account: PointsAccount, cause: Cause) -> None:
    """Write the next due step; without one, set when the account is due again.

    Raises AlreadyPostedError or LostRaceError when another run was faster.
    """
    terms = store.terms_now()
    post = partial(store.post_points, terms=terms)
    entry = (
        release_next_overdue(account, terms.now, cause, return_policy(terms.programme, terms.today), post)
        or activate_due(account, terms.today, cause, post)
        or expire_next_overdue(account, terms.watch, cause, post)
        or _review(account, terms, cause)
    )
    if entry:
        ledger.write(entry, account)
    else:
        warn_and_set_due(account, terms, PointsExpiring, cause)


def _review(account: PointsAccount, terms: Terms, cause: Cause) -> Entry | None:
    before, after = account.tiers, review(account.tiers, terms.today, terms.programme.tiers)
    # Amounts of another measure alone are no reason for an entry: they count nothing, and the next order drops them.
    if (after.tier, after.kept_until, after.given) == (before.tier, before.kept_until, before.given):
        return None
    origin = on_day("TIER", account, terms.today, cause)
    posting = rules.nothing(EntryKind.REVIEWED, account.balances)
    return store.post_points(account, posting, origin, terms, tiers=after)
