"""Reads the tiers of the programme and those of customers, and gives tiers by hand."""

from __future__ import annotations

from typing import Final

from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry
from loyalty.ledger.overdue import on_day
from loyalty.ledger.rules import nothing
from loyalty.ledger.terms import Terms
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.store import changes_of
from loyalty.points.tier_rules import GivenTier, give
from loyalty.points.usecases import shown_account
from loyalty.programme.usecases import current_programme
from loyalty.tiers.models import LadderView, NewGivenTier, TierChangeView, TierView
from shared import clock
from shared.errors import InvalidError
from shared.http import Page, PageQuery
from shared.items.table import LostRaceError, retry_lost_races
from shared.messages.cause import Cause

_MOST_YEARS: Final = 50


def read_tier(customer_id: str, *, by_self: bool) -> TierView:
    """The tier of a customer. Raises NotFoundError and EmailNotVerifiedError as `shown_account` does."""
    return TierView.of(shown_account(customer_id, by_self=by_self), store.terms_now())


def change_given_tier(customer_id: str, new: NewGivenTier, cause: Cause) -> TierView:
    """Give the customer a tier, in place of any given before, or take it back. A repeated call changes nothing.

    Raises InvalidError for a tier that the programme does not have, the lowest one, or a day that is over;
    NotFoundError without an account.
    """
    terms = store.terms_now()
    given = checked_tier(new, terms)
    return retry_lost_races(lambda: _give(customer_id, given, new.reason, terms, cause))


def checked_tier(new: NewGivenTier, terms: Terms) -> GivenTier | None:
    """The tier to give. Raises the InvalidError of `change_given_tier`."""
    levels = terms.programme.tiers.rungs
    if new.tier is None:
        return None
    if new.tier not in {level.tier for level in levels}:
        raise InvalidError.of("tier", f"One of {', '.join(level.tier for level in levels)}")
    if new.tier == levels[0].tier:
        raise InvalidError.of("tier", "Nobody is in a lower tier than this")
    if new.until and new.until < terms.today:
        raise InvalidError.of("until", "Must not be over")
    if new.until and new.until.year > terms.today.year + _MOST_YEARS:
        raise InvalidError.of("until", f"At most {_MOST_YEARS} years ahead")
    return GivenTier(new.tier, new.until)


def posted_tier(account: PointsAccount, given: GivenTier | None, reason: str, terms: Terms, cause: Cause) -> Entry:
    """Make the entry by which staff give a tier or take it back, and set the account's tier; neither is stored yet."""
    after = give(account.tiers, given, terms.today, terms.programme.tiers)
    posting, origin = nothing(EntryKind.TIER_SET, account.balances), on_day("TIER", account, terms.today, cause)
    until = given.until.isoformat() if given and given.until else None
    facts = {"reason": reason, "given": given and given.tier, "until": until}
    return store.post_points(account, posting, origin, terms, tiers=after, acted_at=terms.now, **facts)


def list_tier_changes(customer_id: str, query: PageQuery, before: int | None, *, by_self: bool) -> Page[TierChangeView]:
    """A page of tier changes, newest first. Raises the errors of `read_tier`."""
    account = shown_account(customer_id, by_self=by_self)
    found = changes_of(account.name, before=before, limit=query.limit + 1)
    page = found[: query.limit]
    after = page[-1].seq if len(found) > query.limit else None
    return Page.of([TierChangeView.of(entry) for entry in page], after)


def read_ladder() -> LadderView:
    """The tier levels of the programme in force."""
    return LadderView.of(current_programme(clock.now()))


def _give(customer_id: str, given: GivenTier | None, reason: str, terms: Terms, cause: Cause) -> TierView:
    account = store.load_for_posting(customer_id, terms, cause, store.existing_account)
    before = account.tiers.given
    if (before and (before.tier, before.until)) != (given and (given.tier, given.until)):
        entry = posted_tier(account, given, reason, terms, cause)
        ledger.write(entry, account, error=LostRaceError())
    return TierView.of(account, terms)
