"""The second person's part: what was proposed is posted once they approve, and never when they reject it.

A decision is final. Made again by whom it was made by, it is answered again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loyalty.adjustments import store as proposals
from loyalty.adjustments.items import Proposal, ProposalState
from loyalty.adjustments.models import ProposalView, Rejection
from loyalty.adjustments.usecases import origin_of, posted
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.models import EntryView
from loyalty.points.store import load_for_posting
from shared.cause import Cause
from shared.errors import ConflictError, ForbiddenError, NotFoundError
from shared.http import Page, PageQuery
from shared.http.cursors import invalid_cursor
from shared.table import LostRaceError, Put, commit, find, retry_lost_races


class SamePersonError(ForbiddenError):
    """Whoever proposes an adjustment cannot approve it."""

    slug = "same-person"
    title = "Somebody else must approve what you proposed"


class ProposalDecidedError(ConflictError):
    """It was approved or rejected before, by somebody else or otherwise; `state` says which."""

    slug = "proposal-decided"
    title = "This proposal has been decided on"


def approve_adjustment(customer_id: str, proposal_id: str, cause: Cause) -> EntryView:
    """Post what was proposed. That there is enough to take from is looked at now.

    Raises NotFoundError, SamePersonError, ProposalDecidedError, InsufficientPointsError, which leaves it open.
    """
    return retry_lost_races(lambda: _approve(customer_id, proposal_id, cause))


def reject_adjustment(customer_id: str, proposal_id: str, rejection: Rejection, cause: Cause) -> ProposalView:
    """Let nothing come of what was proposed; who proposed it may take it back so. Errors as of approving."""
    return retry_lost_races(lambda: _reject(customer_id, proposal_id, rejection, cause))


def list_proposals(customer_id: str, query: PageQuery, position: Mapping[str, Any] | None) -> Page[ProposalView]:
    """A page of a customer's proposals, newest first, with what became of them. Raises NotFoundError."""
    account = store.existing_account(customer_id)
    found = proposals.proposals_of(account, before=_id_in(position), limit=query.limit + 1)
    page = found[: query.limit]
    after = {"before": page[-1].id} if len(found) > query.limit else None
    return Page.of([ProposalView.of(proposal) for proposal in page], after)


def list_open_proposals(query: PageQuery, position: Mapping[str, Any] | None) -> Page[ProposalView]:
    """A page of all that wait for a second person, newest first; a page may be short of those decided just now."""
    keys = proposals.open_ids(before=_id_in(position), limit=query.limit + 1)
    page = keys[: query.limit]
    after = {"before": page[-1][1].rpartition("#")[2]} if len(keys) > query.limit else None
    return Page.of([ProposalView.of(proposal) for proposal in proposals.still_open(page)], after)


def _approve(customer_id: str, proposal_id: str, cause: Cause) -> EntryView:
    terms = store.terms_now()
    account = load_for_posting(customer_id, terms, cause, store.existing_account)
    proposal = _proposed(account, proposal_id)
    if proposal.proposed_by == cause.actor:
        raise SamePersonError
    origin = origin_of(proposal.id, cause)
    if _is_decided(proposal, ProposalState.APPROVED, cause):
        return _answered_before(origin)
    proposal.decide(ProposalState.APPROVED, cause.actor)
    people = {"proposed_by": proposal.proposed_by, "approved_by": cause.actor}
    about = {"code": proposal.code, "quiet": proposal.quiet, **people}
    entry = posted(account, proposal.points, origin, terms, reason=proposal.reason, **about)
    view = EntryView.of(entry, names_staff=True)
    ledger.write_or_lose(entry, account, Put(proposal))
    return view


def _reject(customer_id: str, proposal_id: str, rejection: Rejection, cause: Cause) -> ProposalView:
    proposal = _proposed(store.existing_account(customer_id), proposal_id)
    if not _is_decided(proposal, ProposalState.REJECTED, cause):
        proposal.decide(ProposalState.REJECTED, cause.actor, rejection.note)
        commit(Put(proposal))
    return ProposalView.of(proposal)


def _proposed(account: PointsAccount, proposal_id: str) -> Proposal:
    proposal = proposals.find_proposal(account, proposal_id)
    if proposal is None:
        raise NotFoundError("There is no such proposal.")
    return proposal


def _is_decided(proposal: Proposal, state: ProposalState, cause: Cause) -> bool:
    """Whether this very decision was made before, by the same person. Raises ProposalDecidedError for another one."""
    if proposal.state is ProposalState.PROPOSED:
        return False
    if proposal.state is not state or proposal.decided_by != cause.actor:
        raise ProposalDecidedError(extensions={"state": proposal.state})
    return True


def _answered_before(origin: ledger.Origin) -> EntryView:
    entry = find(Entry, origin.pk, origin.sk)
    if entry is None:
        raise LostRaceError
    return EntryView.of(entry, names_staff=True)


def _id_in(position: Mapping[str, Any] | None) -> str | None:
    """The id of the proposal that a page begins before."""
    if position is None:
        return None
    before = position.get("before")
    if not isinstance(before, str) or not before:
        raise invalid_cursor()
    return before
