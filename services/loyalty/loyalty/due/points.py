"""The next thing that time does to an account of points."""

from __future__ import annotations

from functools import partial

from loyalty.due.steps import look_again, lots_over, on_day
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.holding import ended_hold, run_out
from loyalty.ledger.items import Entry
from loyalty.ledger.standing import EntryKind
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import back
from loyalty.points.store import PointsTerms
from loyalty.tiers.rules import review
from shared.cause import Cause
from shared.events import PointsExpiring


def advance_points(account: PointsAccount, cause: Cause) -> None:
    """Write the next of what is due, and when the account is due again.

    Raises AlreadyPostedError or LostRaceError when another run was faster.
    """
    terms = store.terms_now()
    entry = (
        _end_hold(account, terms, cause)
        or _ripen(account, terms, cause)
        or _expire(account, terms, cause)
        or _review(account, terms, cause)
    )
    if entry:
        ledger.write(entry, account)
    else:
        look_again(account, terms.watch, PointsExpiring, cause)


def _end_hold(account: PointsAccount, terms: PointsTerms, cause: Cause) -> Entry | None:
    ended = ended_hold(account.standing, terms.now)
    if ended is None:
        return None
    return run_out(account, ended, cause, back(terms.programme, terms.today), partial(store.post, terms=terms))


def _ripen(account: PointsAccount, terms: PointsTerms, cause: Cause) -> Entry | None:
    posting = rules.ripen(account.standing, terms.today)
    if posting is None:
        return None
    return store.post(account, posting, on_day("RIPENING", account, terms.today, cause), terms)


def _expire(account: PointsAccount, terms: PointsTerms, cause: Cause) -> Entry | None:
    over = lots_over(account, terms.watch)
    if not over:
        return None
    posting = rules.expire(account.standing, over)
    return store.post(account, posting, on_day("EXPIRY", account, max(over), cause), terms)


def _review(account: PointsAccount, terms: PointsTerms, cause: Cause) -> Entry | None:
    before = account.tier
    account.stand_in(review(account.tiers, terms.today, terms.programme.tiers))
    if account.tier is before:
        return None
    origin = on_day("TIER", account, terms.today, cause)
    return store.post(account, rules.nothing(EntryKind.REVIEWED, account.standing), origin, terms, tier_before=before)
