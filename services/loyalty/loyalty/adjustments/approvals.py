"""The second person's decision: an approved proposal is posted, a rejected one never.

A decision is final. If the same person makes it again, the first answer is repeated. What is approved counts towards
nobody's limit of a day.
"""

from __future__ import annotations

from loyalty.adjustments.models import Rejection
from loyalty.adjustments.usecases import origin_of, posted
from loyalty.credit import store as credit_store
from loyalty.credit import usecases as credit
from loyalty.credit.items import CreditAccount
from loyalty.credit.models import CreditEntryView
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.terms import Terms
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.models import EntryView
from loyalty.points.store import load_for_posting
from loyalty.proposals import store as proposals
from loyalty.proposals.items import Proposal, ProposalKind, ProposalState
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


class ProposalOutdatedError(ConflictError):
    """The last day of the credit that it would give is over; `expires_on` states it. Reject the proposal."""

    slug = "proposal-outdated"
    title = "The credit would have ended already"


def approve_adjustment(customer_id: str, proposal_id: str, cause: Cause) -> EntryView:
    """Post proposed points. Only now is it checked that a deduction is available.

    Raises NotFoundError, SamePersonError, ProposalDecidedError, and InsufficientPointsError, which leaves the proposal
    open.
    """
    return retry_lost_races(lambda: _approve_points(customer_id, proposal_id, cause))


def approve_credit(customer_id: str, proposal_id: str, cause: Cause) -> CreditEntryView:
    """Issue or revoke proposed store credit. Only now is it checked that what is revoked is available.

    Raises NotFoundError, SamePersonError, ProposalDecidedError. These leave the proposal open: InsufficientCreditError,
    ProposalOutdatedError, and InvalidError if the account would be too full.
    """
    return retry_lost_races(lambda: _approve_credit(customer_id, proposal_id, cause))


def reject(customer_id: str, proposal_id: str, kind: ProposalKind, rejection: Rejection, cause: Cause) -> ProposalView:
    """Reject a proposal; its proposer may withdraw it this way. Raises NotFoundError, ProposalDecidedError."""
    return retry_lost_races(lambda: _reject(customer_id, proposal_id, kind, rejection, cause))


def list_proposals(customer_id: str, kind: ProposalKind, query: PageQuery, before: str | None) -> Page[ProposalView]:
    """A page of a customer's proposals of a kind, newest first, decided ones too. Raises NotFoundError."""
    account = store.existing_account(customer_id)
    found = proposals.proposals_of(account, kind, before=before, limit=query.limit + 1)
    page = found[: query.limit]
    after = page[-1].id if len(found) > query.limit else None
    return Page.of([ProposalView.of(proposal) for proposal in page], after)


def list_open_proposals(query: PageQuery, before: str | None) -> Page[ProposalView]:
    """A page of all open proposals, newest first. A page may be short of proposals that were just decided."""
    keys = proposals.open_ids(before=before, limit=query.limit + 1)
    page = keys[: query.limit]
    after = page[-1][1].rpartition("#")[2] if len(keys) > query.limit else None
    return Page.of([ProposalView.of(proposal) for proposal in proposals.still_open(page)], after)


def _approve_points(customer_id: str, proposal_id: str, cause: Cause) -> EntryView:
    terms = store.terms_now()
    account = load_for_posting(customer_id, terms, cause, store.existing_account)
    proposal = _to_approve(account, proposal_id, ProposalKind.POINTS, cause)
    origin = origin_of(proposal.id, cause)
    if _is_decided(proposal, ProposalState.APPROVED, cause):
        return EntryView.of(_answered_before(origin), names_staff=True)
    points = proposal.points or 0
    if account.available + points < 0:
        account = load_for_posting(customer_id, terms, cause, store.existing_account, needs=-points)
    about = {"code": proposal.code, "quiet": proposal.quiet, **_people(proposal, cause)}
    entry = posted(account, points, origin, terms, reason=proposal.reason, **about)
    view = EntryView.of(entry, names_staff=True)
    proposal.decide(ProposalState.APPROVED, cause.actor)
    ledger.write(entry, account, Put(proposal), error=LostRaceError())
    return view


def _approve_credit(customer_id: str, proposal_id: str, cause: Cause) -> CreditEntryView:
    terms = credit_store.terms_now()
    owner = store.existing_account(customer_id)
    proposal = _to_approve(owner, proposal_id, ProposalKind.CREDIT, cause)
    origin = credit.origin_of(proposal.credit_id, cause)
    if _is_decided(proposal, ProposalState.APPROVED, cause):
        return CreditEntryView.of(_answered_before(origin), names_staff=True)
    entry, account = _posted_credit(owner.customer_id, proposal, origin, terms)
    view = CreditEntryView.of(entry, names_staff=True)
    proposal.decide(ProposalState.APPROVED, cause.actor)
    ledger.write(entry, account, Put(proposal), credit_store.guard(account), error=LostRaceError())
    return view


def _posted_credit(
    customer_id: str, proposal: Proposal, origin: ledger.Origin, terms: Terms
) -> tuple[Entry, CreditAccount]:
    """The entry of a proposal of store credit, and the account with its new balances; neither is stored yet."""
    amount, currency = proposal.amount or 0, proposal.currency or ""
    people = _people(proposal, origin.cause)
    about = {"reason": proposal.reason, "code": proposal.code, "quiet": proposal.quiet, **people}
    if amount < 0:
        account = credit.load_for_revocation(customer_id, currency, -amount, terms, origin.cause)
        return credit.revoked(account, -amount, origin, terms, **about), account
    if proposal.expires_on and proposal.expires_on < terms.today:
        raise ProposalOutdatedError(extensions={"expires_on": proposal.expires_on.isoformat()})
    account = credit_store.account_to_open(customer_id, currency)
    return credit.issued(account, amount, proposal.expires_on, origin, terms, **about), account


def _reject(customer_id: str, proposal_id: str, kind: ProposalKind, rejection: Rejection, cause: Cause) -> ProposalView:
    proposal = _proposed(store.existing_account(customer_id), proposal_id, kind)
    if not _is_decided(proposal, ProposalState.REJECTED, cause):
        proposal.decide(ProposalState.REJECTED, cause.actor, rejection.note)
        commit(Put(proposal))
    return ProposalView.of(proposal)


def _to_approve(account: PointsAccount, proposal_id: str, kind: ProposalKind, cause: Cause) -> Proposal:
    """The proposal, if the actor is not its proposer. Raises NotFoundError, SamePersonError."""
    proposal = _proposed(account, proposal_id, kind)
    if proposal.proposed_by == cause.actor:
        raise SamePersonError
    return proposal


def _proposed(account: PointsAccount, proposal_id: str, kind: ProposalKind) -> Proposal:
    proposal = proposals.find_proposal(account, proposal_id)
    if proposal is None or proposal.value_kind is not kind:
        raise NotFoundError("There is no such proposal.")
    return proposal


def _is_decided(proposal: Proposal, state: ProposalState, cause: Cause) -> bool:
    """Whether the same person made this decision before. Raises ProposalDecidedError for another decision."""
    if proposal.state is ProposalState.PROPOSED:
        return False
    if proposal.state is not state or proposal.decided_by != cause.actor:
        raise ProposalDecidedError(extensions={"state": proposal.state})
    return True


def _people(proposal: Proposal, cause: Cause) -> dict[str, str]:
    """The facts of an entry that name the two people."""
    return {"proposed_by": proposal.proposed_by, "approved_by": cause.actor}


def _answered_before(origin: ledger.Origin) -> Entry:
    entry = find(Entry, origin.pk, origin.sk)
    if entry is None:
        raise LostRaceError
    return entry
