"""Reading tiers: a customer's, how it changed, and the whole ladder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loyalty.points import store
from loyalty.points.usecases import position_in, shown_account
from loyalty.programme.usecases import current_programme
from loyalty.tiers.models import LadderView, TierChangeView, TierView
from loyalty.tiers.store import changes_of
from shared import clock
from shared.http import Page, PageQuery


def read_tier(customer_id: str, *, by_self: bool) -> TierView:
    """How a customer stands. Raises NotFoundError, EmailNotVerifiedError as `shown_account`."""
    return TierView.of(shown_account(customer_id, by_self=by_self), store.terms_now())


def list_tier_changes(
    customer_id: str, query: PageQuery, position: Mapping[str, Any] | None, *, by_self: bool
) -> Page[TierChangeView]:
    """A page of the changes of a tier, newest first; errors as of `read_tier`."""
    account = shown_account(customer_id, by_self=by_self)
    found = changes_of(account.name, before=position_in(position), limit=query.limit + 1)
    page = found[: query.limit]
    after = {"before": page[-1].seq} if len(found) > query.limit else None
    return Page.of([TierChangeView.of(entry) for entry in page], after)


def read_ladder() -> LadderView:
    """The tiers of the programme in force."""
    return LadderView.of(current_programme(clock.now()))
