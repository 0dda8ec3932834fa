"""Finding what an order caused, whether a customer has earned by one, and the referral rewards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from loyalty.ledger.items import ACCOUNT, Entry
from loyalty.orders.items import EARNED, OrderRecord
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import REFEREE, REFERRER, Referral
from loyalty.table import LoyaltyItem
from shared.keys import customer_partition
from shared.table import LostRaceError, find

# Most who are asked about have a handful of entries, or earned with one of their first.
_PAGE: Final = 20


def order_records(order_id: str) -> list[OrderRecord]:
    """All that one order caused, as it is now."""
    found: Iterable[Any] = LoyaltyItem.query(f"ORDER#{order_id}", consistent_read=True)
    return list(found)


def has_earned(account: PointsAccount) -> bool:
    """Whether an order has earned yet, of the customer's or of anybody's who turned out to be them.

    Raises LostRaceError while the index of entries is behind.
    """
    merged = (find(PointsAccount, customer_partition(each), ACCOUNT) for each in account.merged_from or ())
    return any(_has_earned(person) for person in (account, *merged) if person)


def key_of_reward(referee: str, bonus: str, number: int) -> tuple[str, str]:
    """The key of the entry that grants one side its reward (1, 3, ...) or withdraws it (2, 4, ...)."""
    return f"REFERRAL#{referee}", bonus.upper() if number == 1 else f"{bonus.upper()}#{number:04}"


def first_rewards(referee: str) -> tuple[Entry | None, Entry | None]:
    """The entries that first granted the rewards for a referee: the referee's, and the referrer's."""
    referees, referrers = (find(Entry, *key_of_reward(referee, bonus, 1)) for bonus in (REFEREE, REFERRER))
    return referees, referrers


def referrer_of(referee: str, referral: Referral) -> str | None:
    """Who referred a customer; None where they never had a reward for it, and never will."""
    if referral.referrer:
        return referral.referrer
    _, reward = first_rewards(referee)
    return reward.customer_id if reward else None


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
