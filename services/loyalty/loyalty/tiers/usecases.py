"""Reads the tiers of the programme and those of customers."""

from __future__ import annotations

from loyalty.points import store
from loyalty.points.store import changes_of
from loyalty.points.usecases import shown_account
from loyalty.programme.usecases import current_programme
from loyalty.tiers.models import LadderView, TierChangeView, TierView
from shared import clock
from shared.http import Page, PageQuery


def read_tier(customer_id: str, *, by_self: bool) -> TierView:
    """The tier of a customer. Raises NotFoundError and EmailNotVerifiedError as `shown_account` does."""
    return TierView.of(shown_account(customer_id, by_self=by_self), store.terms_now())


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
