"""What one member of staff may give and take alone on one day.

Everything counts together, whoever the customers are, and what is taken counts as what is given. Otherwise many small
postings, or one posting and its reverse, would do what one large posting may not. What two people did counts for
neither of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from loyalty.ledger.terms import Terms
from loyalty.proposals.items import StaffTotal, total_key
from shared.items.table import Put, find
from shared.messages.cause import Cause

# The unit of points; the units of store credit are the currencies.
POINTS: Final = "points"


@dataclass(frozen=True)
class Authority:
    """Whether a posting needs no second person, and the write that counts it; None without a limit.

    The count and the posting belong into one transaction: so a posting counts once, and no two at once pass together.
    """

    suffices: bool
    count: Put | None = None


def authority_for(amount: int, unit: str, limit: int | None, cause: Cause, terms: Terms) -> Authority:
    """Whether the actor may post an amount (negative: taken) alone, under a limit for the shop's day.

    The count raises LostRaceError if the actor posted more since it was read. So read and decide again then.
    """
    if limit is None:
        return Authority(suffices=True)
    size = abs(amount)
    if size > limit:
        return Authority(suffices=False)
    total = _total_of(cause.actor, unit, terms)
    if total.posted + size > limit:
        return Authority(suffices=False)
    total.posted += size
    return Authority(suffices=True, count=Put(total))


def _total_of(actor: str, unit: str, terms: Terms) -> StaffTotal:
    found = find(StaffTotal, *total_key(actor, terms.today, unit))
    return found or StaffTotal.fresh(actor, terms.today, unit, terms.now)
