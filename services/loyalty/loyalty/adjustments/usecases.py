"""Adjustments by staff: posted at once or, above the programme's limit of a day, after a second person's approval."""

from __future__ import annotations

from typing import Any

from loyalty.adjustments.models import NewAdjustment
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Entry
from loyalty.ledger.terms import Terms
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.models import EntryView
from loyalty.points.rules import fills_debt, lot_for
from loyalty.points.store import load_for_posting
from loyalty.points.usecases import InsufficientPointsError
from loyalty.programme.models import Adjustments
from loyalty.programme.rules import check_code
from loyalty.proposals.authority import POINTS, authority_for
from loyalty.proposals.models import ProposalView
from loyalty.proposals.usecases import propose
from shared import ids
from shared.errors import InvalidError
from shared.http import Attempt
from shared.items.table import Put, retry_lost_races
from shared.messages.cause import Cause


def adjust_points(
    customer_id: str, adjustment: NewAdjustment, *, cause: Cause, attempt: Attempt | None
) -> EntryView | ProposalView:
    """Add or deduct points; added points live as long as points of an order placed today.

    If it brings what the actor posted alone today above the programme's limit, the adjustment is only proposed, even if
    too few points are available. Raises InvalidError beyond the largest adjustment or for an unknown reason,
    NotFoundError without an account, InsufficientPointsError when a deduction is not available.
    """
    terms, adjustment_id = store.terms_now(), ids.new_adjustment_id()
    limits = terms.programme.adjustments
    check(adjustment, limits)
    origin = origin_of(adjustment_id, cause)

    def adjust_or_propose() -> EntryView | ProposalView:
        authority = authority_for(adjustment.points, POINTS, limits.approve_above, cause, terms)
        if not authority.suffices:
            what = adjustment.model_dump(include={"points", "code", "reason"})
            return propose(customer_id, adjustment_id, cause=cause, attempt=attempt, quiet=adjustment.quiet, **what)
        return _adjust(customer_id, adjustment, origin, attempt, terms, count=authority.count)

    return retry_lost_races(adjust_or_propose)


def origin_of(adjustment_id: str, cause: Cause) -> ledger.Origin:
    """The origin of an adjustment's entry."""
    return ledger.Origin(f"ADJUSTMENT#{adjustment_id}", "ENTRY", adjustment_id, cause)


def check(adjustment: NewAdjustment, limits: Adjustments) -> None:
    """Raises InvalidError, naming the field, for an adjustment that the programme does not allow."""
    if adjustment.points == 0:
        raise InvalidError.of("points", "Must not be 0")
    if abs(adjustment.points) > limits.largest:
        raise InvalidError.of("points", f"At most {limits.largest} points at once, up or down")
    check_code(adjustment.code, limits)


def posted(
    account: PointsAccount, points: int, origin: ledger.Origin, terms: Terms, *, reason: str, **facts: Any
) -> Entry:
    """Make the entry of an adjustment and set the account's balances. `facts` are `code`, `quiet` and the approver.

    Raises InsufficientPointsError.
    """
    if account.available + points < 0 and points < 0:
        raise InsufficientPointsError.of(account)
    lot = lot_for(terms.today, terms.programme.expiry)
    posting = rules.adjust(account.balances, points, lot, fills_debt=fills_debt(terms.programme))
    return store.post_points(account, posting, origin, terms, reason=reason, **facts)


def _adjust(
    customer_id: str,
    adjustment: NewAdjustment,
    origin: ledger.Origin,
    attempt: Attempt | None,
    terms: Terms,
    *,
    count: Put | None,
) -> EntryView:
    account = load_for_posting(customer_id, terms, origin.cause, store.existing_account, needs=-adjustment.points)
    about = {"code": adjustment.code, "quiet": adjustment.quiet}
    entry = posted(account, adjustment.points, origin, terms, reason=adjustment.reason, **about)
    view = EntryView.of(entry, names_staff=True)
    ledger.write(entry, account, count, attempt and attempt.receipt(view))
    return view
