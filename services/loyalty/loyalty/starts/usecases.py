"""The points and the tier that a card starts with: the writes that go into the transaction of the card.

Both are what staff could give without a card, with the same limits and the same second person. So a card is no way
around these, and what a card started with cannot be given twice: no card is issued twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from loyalty.adjustments.usecases import check, origin_of, posted
from loyalty.ledger import store as ledger
from loyalty.ledger.terms import Terms
from loyalty.points.items import PointsAccount
from loyalty.points.store import existing_account, load_for_posting
from loyalty.points.tier_rules import GivenTier
from loyalty.programme.tiers import Tiers
from loyalty.proposals.authority import POINTS, authority_for
from loyalty.proposals.items import Proposal
from loyalty.starts.models import Start, StartedPoints, StartingPoints, StartingTier
from loyalty.tiers.usecases import checked_tier, posted_tier
from shared.errors import FieldError, InvalidError
from shared.items.table import Put, Write
from shared.messages.cause import Cause


@dataclass(frozen=True)
class Started:
    """The writes of a start, for the commit that writes the account as well, and what became of the points."""

    writes: list[Write] = field(default_factory=list)
    points: StartedPoints | None = None


def check_start(start: Start, terms: Terms) -> None:
    """Raises InvalidError, naming the field, for what staff may not give."""
    if start.starting_points:
        with _within("starting_points"):
            check(start.starting_points, terms.programme.adjustments)
    if start.starting_tier:
        with _within("starting_tier"):
            checked_tier(start.starting_tier, terms)


def account_to_start(customer_id: str, start: Start, terms: Terms, cause: Cause) -> PointsAccount:
    """The account of the customer, without overdue lots if the start posts anything.

    Raises NotFoundError without an account, LostRaceError.
    """
    if start.starting_points or start.starting_tier:
        return load_for_posting(customer_id, terms, cause, existing_account)
    return existing_account(customer_id)


def begin(account: PointsAccount, start: Start, adjustment_id: str, terms: Terms, cause: Cause) -> Started:
    """Give the account what the start holds; the caller commits the account with the writes.

    Points above what the actor may give alone today are only proposed, under the id of the adjustment. The entries are
    sealed: nothing else may change the account's balances or tier before the commit.
    """
    writes: list[Write] = []
    if start.starting_tier:
        writes += _give_tier(account, start.starting_tier, terms, cause)
    if start.starting_points is None:
        return Started(writes)
    more, points = _give_points(account, start.starting_points, adjustment_id, terms, cause)
    return Started([*writes, *more], points)


def _give_tier(account: PointsAccount, wanted: StartingTier, terms: Terms, cause: Cause) -> list[Write]:
    given, before = GivenTier(wanted.tier, wanted.until), account.tiers.given
    rules = terms.programme.tiers
    if before and before.holds_on(terms.today) and _worth(before, rules) >= _worth(given, rules):
        return []
    entry = posted_tier(account, given, wanted.reason, terms, cause)
    ledger.seal(entry, account)
    return [Put(entry)]


def _worth(given: GivenTier, rules: Tiers) -> tuple[int, date]:
    """The higher tier is worth more; of one tier, that which holds longer."""
    return rules.rank(given.tier), given.until or date.max


def _give_points(
    account: PointsAccount, new: StartingPoints, adjustment_id: str, terms: Terms, cause: Cause
) -> tuple[list[Write], StartedPoints]:
    authority = authority_for(new.points, POINTS, terms.programme.adjustments.approve_above, cause, terms)
    if not authority.suffices:
        what = new.model_dump(include={"points", "code", "reason"})
        proposal = Proposal.fresh(account.customer_id, adjustment_id, cause.actor, quiet=new.quiet, **what)
        return [Put(proposal)], StartedPoints(points=new.points, entry=None, proposal_id=adjustment_id)
    about = {"code": new.code, "quiet": new.quiet}
    entry = posted(account, new.points, origin_of(adjustment_id, cause), terms, reason=new.reason, **about)
    ledger.seal(entry, account)
    counts: list[Write] = [authority.count] if authority.count else []
    return [Put(entry), *counts], StartedPoints(points=new.points, entry=entry.seq, proposal_id=None)


@contextmanager
def _within(part: str) -> Iterator[None]:
    """Names the fields of an InvalidError by the part of the request that they are in."""
    try:
        yield
    except InvalidError as error:
        fields = [FieldError(f"{part}.{each.field}", each.message) for each in error.errors]
        raise InvalidError(errors=fields) from error
