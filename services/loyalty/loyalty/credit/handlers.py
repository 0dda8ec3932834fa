"""Requests of credit: each calls one use case."""

from __future__ import annotations

from loyalty.credit import usecases as credit
from loyalty.credit.models import CreditEntryView, CreditVerificationView, CreditView, NewCredit, Revocation
from loyalty.points.models import EntriesQuery
from loyalty.proposals.models import ProposalView
from loyalty.proposals.usecases import ACCEPTED
from shared.http import Page, Reply, Request
from shared.ids import CustomerId
from shared.money import CurrencyCode


def list_credit(request: Request, customer_id: CustomerId) -> Page[CreditView]:
    """A customer's store credit, an account for each currency; nobody has more than one page of them."""
    return credit.list_credit(customer_id, by_self=request.principal.is_customer)


def issue_credit(request: Request, customer_id: CustomerId, body: NewCredit) -> Reply[CreditEntryView | ProposalView]:
    """Give store credit, for a reason that the customer can read.

    Above the programme's limit for one person and day nothing is posted yet: the answer is 202 with a proposal, which
    somebody else approves.
    """
    view = credit.issue_credit(customer_id, body, cause=request.cause, attempt=request.attempt)
    return Reply(view, status=ACCEPTED if isinstance(view, ProposalView) else None)


def list_credit_entries(
    request: Request, customer_id: CustomerId, currency: CurrencyCode, query: EntriesQuery
) -> Page[CreditEntryView]:
    """A ledger of store credit, newest first. The newest entry may show a moment after it is posted."""
    staff, by_self = request.principal.is_staff, request.principal.is_customer
    position = request.position(query, int)
    return credit.list_entries(customer_id, currency, query, position, names_staff=staff, by_self=by_self)


def verify_credit(request: Request, customer_id: CustomerId, currency: CurrencyCode) -> CreditVerificationView:
    """Compute a whole ledger of store credit again: its chain of hashes, every sum, and the account's state."""
    del request
    return credit.verify_entries(customer_id, currency)


def revoke_credit(
    request: Request, customer_id: CustomerId, currency: CurrencyCode, body: Revocation
) -> Reply[CreditEntryView | ProposalView]:
    """Take store credit back, for a reason that the customer can read. What is held cannot be taken.

    It counts towards the limit for one person and day as what is given does: above it the answer is 202.
    """
    view = credit.revoke_credit(customer_id, currency, body, cause=request.cause, attempt=request.attempt)
    return Reply(view, status=ACCEPTED if isinstance(view, ProposalView) else None)
