"""Finding what an order caused, whether a customer has earned by one, and the rewards for a referral."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from loyalty.ledger.items import ACCOUNT, Entry
from loyalty.orders.items import EARNED, ThingOfOrder
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import REFEREE, REFERRER, Referral
from loyalty.table import LoyaltyItem
from shared.keys import customer_partition
from shared.table import LostRaceError, find

# Most who are asked about have a handful of entries, or earned with one of their first.
_PAGE: Final = 20


def things_of_order(order_id: str) -> list[ThingOfOrder]:
    """All that one order caused, as it is now."""
    found: Iterable[Any] = LoyaltyItem.query(f"ORDER#{order_id}", consistent_read=True)
    return list(found)


def has_earned(account: PointsAccount) -> bool:
    """Whether an order has earned yet, of the customer's or of anybody's who turned out to be them.

    Raises LostRaceError while the index of entries is behind.
    """
    merged = (find(PointsAccount, customer_partition(each), ACCOUNT) for each in account.merged_from or ())
    return any(_has_earned(person) for person in (account, *merged) if person)


def key_of_turn(referee: str, bonus: str, turn: int) -> tuple[str, str]:
    """Where the entry lies by which one side was thanked first, or lost the thanks, or has them again."""
    return f"REFERRAL#{referee}", bonus.upper() if turn == 1 else f"{bonus.upper()}#{turn:04}"


def first_thanks(referee: str) -> tuple[Entry | None, Entry | None]:
    """The entries that first thanked for bringing a customer: the customer's own, and their friend's."""
    own, friends = (find(Entry, *key_of_turn(referee, bonus, 1)) for bonus in (REFEREE, REFERRER))
    return own, friends


def friend_in(referee: str, referral: Referral) -> str | None:
    """Whoever brought a customer; None where they were never thanked for it, and never will be."""
    if referral.referrer:
        return referral.referrer
    _, friends = first_thanks(referee)
    return friends.customer_id if friends else None


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
