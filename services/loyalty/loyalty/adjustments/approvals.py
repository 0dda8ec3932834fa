"""The second person's decision: an approved proposal is posted, a rejected one never.

A decision is final. If the same person makes it again, the first answer is repeated.
"""

from __future__ import annotations

from loyalty.adjustments.models import Rejection
from loyalty.adjustments.usecases import origin_of, posted
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.models import EntryView
from loyalty.points.store import load_for_posting
from loyalty.proposals import store as proposals
from loyalty.proposals.items import Proposal, ProposalState
from loyalty.proposals.models import ProposalView
from shared.errors import ConflictError, ForbiddenError, NotFoundError
from shared.http import Page, PageQuery
from shared.items.table import LostRaceError, Put, commit, find, retry_lost_races
from shared.messages.cause import Cause


class SamePersonError(ForbiddenError):
    """The person who proposed an adjustment cannot approve it."""

    slug = "same-person"
    title = "Somebody else must approve what you proposed"


class ProposalDecidedError(ConflictError):
    """The proposal was decided before, by another person or with another result; `state` states the result."""

    slug = "proposal-decided"
    title = "This proposal has been decided on"


def approve_adjustment(customer_id: str, proposal_id: str, cause: Cause) -> EntryView:
    """Post a proposed adjustment. Only now is it checked that a deduction is available.

    Raises NotFoundError, SamePersonError, ProposalDecidedError, and InsufficientPointsError, which leaves the proposal
    open.
    """
    return retry_lost_races(lambda: _approve(customer_id, proposal_id, cause))


def reject_adjustment(customer_id: str, proposal_id: str, rejection: Rejection, cause: Cause) -> ProposalView:
    """Reject a proposal; its proposer may withdraw it this way. Raises NotFoundError, ProposalDecidedError."""
    return retry_lost_races(lambda: _reject(customer_id, proposal_id, rejection, cause))


def list_proposals(customer_id: str, query: PageQuery, before: str | None) -> Page[ProposalView]:
    """A page of a customer's proposals, newest first, decided ones too. Raises NotFoundError."""
    account = store.existing_account(customer_id)
    found = proposals.proposals_of(account, before=before, limit=query.limit + 1)
    page = found[: query.limit]
    after = page[-1].id if len(found) > query.limit else None
    return Page.of([ProposalView.of(proposal) for proposal in page], after)


def list_open_proposals(query: PageQuery, before: str | None) -> Page[ProposalView]:
    """A page of all open proposals, newest first. A page may be short of proposals that were just decided."""
    keys = proposals.open_ids(before=before, limit=query.limit + 1)
    page = keys[: query.limit]
    after = page[-1][1].rpartition("#")[2] if len(keys) > query.limit else None
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
    if account.available + proposal.points < 0:
        account = load_for_posting(customer_id, terms, cause, store.existing_account, needs=-proposal.points)
    proposal.decide(ProposalState.APPROVED, cause.actor)
    people = {"proposed_by": proposal.proposed_by, "approved_by": cause.actor}
    about = {"code": proposal.code, "quiet": proposal.quiet, **people}
    entry = posted(account, proposal.points, origin, terms, reason=proposal.reason, **about)
    view = EntryView.of(entry, names_staff=True)
    ledger.write(entry, account, Put(proposal), error=LostRaceError())
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
    """Whether the same person made this decision before. Raises ProposalDecidedError for another decision."""
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
