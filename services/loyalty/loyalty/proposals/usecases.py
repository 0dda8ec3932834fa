"""Stores what one person may not post alone, for a second person."""

from __future__ import annotations

from typing import Any, Final

from loyalty.points import store
from loyalty.proposals.items import Proposal
from loyalty.proposals.models import ProposalView
from shared.http import Attempt
from shared.items.table import Put, commit
from shared.messages.cause import Cause

# The HTTP status of an answer while nothing is posted yet.
ACCEPTED: Final = 202


def propose(
    customer_id: str, proposal_id: str, *, cause: Cause, attempt: Attempt | None, **contents: Any
) -> ProposalView:
    """Store a proposal, whose contents are attributes of its item.

    Raises NotFoundError without an account of points, LostRaceError if the customer is erased or merged meanwhile.
    """
    account = store.existing_account(customer_id)
    proposal = Proposal.fresh(account.customer_id, proposal_id, cause.actor, **contents)
    view = ProposalView.of(proposal)
    commit(Put(proposal), store.guard(account.pk), attempt and attempt.receipt(view, ACCEPTED))
    return view
