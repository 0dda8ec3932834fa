"""Requests of adjustments: each calls one use case."""

from __future__ import annotations

from loyalty.adjustments import approvals
from loyalty.adjustments import usecases as adjustments
from loyalty.adjustments.models import NewAdjustment, Rejection
from loyalty.credit.models import CreditEntryView
from loyalty.points.models import EntryView
from loyalty.proposals.items import ProposalKind
from loyalty.proposals.models import ProposalId, ProposalView
from loyalty.proposals.usecases import ACCEPTED
from shared.http import Page, PageQuery, Reply, Request
from shared.ids import CustomerId


def adjust_points(request: Request, customer_id: CustomerId, body: NewAdjustment) -> Reply[EntryView | ProposalView]:
    """Add points, or take them (negative), for a reason that the customer can read.

    Above the programme's limit for one person and day nothing is posted yet: the answer is 202 with a proposal, which
    somebody else approves.
    """
    view = adjustments.adjust_points(customer_id, body, cause=request.cause, attempt=request.attempt)
    return Reply(view, status=ACCEPTED if isinstance(view, ProposalView) else None)


def list_proposals(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[ProposalView]:
    """A customer's adjustments that needed a second person, newest first, with what became of them."""
    return approvals.list_proposals(customer_id, ProposalKind.POINTS, query, request.position(query, str))


def approve_adjustment(request: Request, customer_id: CustomerId, proposal_id: ProposalId) -> EntryView:
    """Post what somebody else proposed. Sent again by the same person, it is answered again."""
    return approvals.approve_adjustment(customer_id, proposal_id, request.cause)


def reject_adjustment(
    request: Request, customer_id: CustomerId, proposal_id: ProposalId, body: Rejection
) -> ProposalView:
    """Let nothing come of a proposal; its proposer may take it back so."""
    return approvals.reject(customer_id, proposal_id, ProposalKind.POINTS, body, request.cause)


def list_credit_proposals(request: Request, customer_id: CustomerId, query: PageQuery) -> Page[ProposalView]:
    """A customer's store credit that needed a second person, newest first, with what became of it."""
    return approvals.list_proposals(customer_id, ProposalKind.CREDIT, query, request.position(query, str))


def approve_credit(request: Request, customer_id: CustomerId, proposal_id: ProposalId) -> CreditEntryView:
    """Issue or revoke store credit as somebody else proposed. Sent again by the same person, it is answered again."""
    return approvals.approve_credit(customer_id, proposal_id, request.cause)


def reject_credit(request: Request, customer_id: CustomerId, proposal_id: ProposalId, body: Rejection) -> ProposalView:
    """Let nothing come of a proposal of store credit; its proposer may take it back so."""
    return approvals.reject(customer_id, proposal_id, ProposalKind.CREDIT, body, request.cause)


def list_open_proposals(request: Request, query: PageQuery) -> Page[ProposalView]:
    """All points and store credit that wait for a second person, newest first.

    The very newest may show a moment late.
    """
    return approvals.list_open_proposals(query, request.position(query, str))
