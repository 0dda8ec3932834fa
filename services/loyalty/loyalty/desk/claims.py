"""The claims that staff have yet to fulfil."""

from __future__ import annotations

from loyalty.desk.models import OpenClaimView
from loyalty.desk.pages import find_in_order, owners_of, rows_of
from loyalty.rewards.claim_items import OPEN_SHARDS, Claim, ClaimState
from shared.http import Page, PageQuery


def list_open_claims(query: PageQuery, after: str | None) -> Page[OpenClaimView]:
    """A page of all open claims, oldest first. A page may be short of claims that were just settled."""
    rows = rows_of(Claim.listed, Claim.due_at, OPEN_SHARDS, after=after, limit=query.limit, ascending=True)
    claims = [claim for claim in find_in_order(Claim, rows.keys) if claim.state is ClaimState.ISSUED]
    # An erasure deletes claims after it has ended the account, and a merge leaves them where they are.
    owners = owners_of(claim.customer_id for claim in claims)
    shown = [
        OpenClaimView.of(claim, owners[claim.customer_id].customer_id)
        for claim in claims
        if claim.customer_id in owners
    ]
    return Page.of(shown, rows.next_position)
