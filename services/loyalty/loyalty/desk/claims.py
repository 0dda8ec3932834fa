"""The claims that staff have yet to fulfil."""

from __future__ import annotations

from loyalty.catalogue.claim_items import OPEN_SHARDS, Claim, ClaimState
from loyalty.desk.models import OpenClaimView
from loyalty.desk.pages import find_in_order, rows_of, with_owners
from shared.http import Page, PageQuery


def list_open_claims(query: PageQuery, after: str | None) -> Page[OpenClaimView]:
    """A page of all open claims, oldest first. A page may be short of claims that were just settled."""
    rows = rows_of(Claim.listed, Claim.due_at, OPEN_SHARDS, after=after, limit=query.limit, ascending=True)
    claims = [claim for claim in find_in_order(Claim, rows.keys) if claim.state is ClaimState.ISSUED]
    shown = [OpenClaimView.of(claim, owner.customer_id) for claim, owner in with_owners(claims)]
    return Page.of(shown, rows.next_position)
