"""What the ledger knows of who brought whom."""

from __future__ import annotations

from typing import Final

from loyalty.bonuses.usecases import REFEREE, REFERRER
from loyalty.earning.standing import EARNED
from loyalty.ledger.items import ACCOUNT, Entry
from loyalty.points.items import PointsAccount
from shared.keys import customer_partition
from shared.table import LostRaceError, find

# Most who are asked about have a handful of entries, or earned with one of their first.
_PAGE: Final = 20


def has_earned(account: PointsAccount) -> bool:
    """Whether an order has earned yet, of the customer's or of anybody's who turned out to be them.

    Raises LostRaceError while the index of entries is behind.
    """
    merged = (find(PointsAccount, customer_partition(each), ACCOUNT) for each in account.merged_from or ())
    return any(_has_earned(person) for person in (account, *merged) if person)


def thanks_for(account: PointsAccount) -> tuple[Entry | None, Entry | None]:
    """The entries that thanked for bringing this customer: the customer's own, and their friend's."""
    for customer_id in (account.customer_id, *(account.merged_from or ())):
        if own := _thanks(customer_id, REFEREE):
            return own, _thanks(customer_id, REFERRER)
    return None, None


def _thanks(referee: str, bonus: str) -> Entry | None:
    return find(Entry, f"REFERRAL#{referee}", bonus.upper())


def _has_earned(account: PointsAccount) -> bool:
    seen = 0
    for entry in Entry.by_account.query(account.name, page_size=_PAGE):
        if entry.sk == EARNED:
            return True
        seen += 1
    # Entries are numbered without gaps, so it is known whether the index shows them all yet.
    if seen < account.entries:
        raise LostRaceError
    return False
