"""The rewards that open checkouts hold, as the holds of an account of points note them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple, Self

from loyalty.ledger.balances import Hold
from loyalty.ledger.overdue import is_overdue
from loyalty.points.items import PointsAccount


class HeldReward(NamedTuple):
    """A reward that a checkout uses: its price in points, and what it takes off the cart, in the minor unit.

    `in_stock` says that the stock of the reward counts it too, until the end of the hold.
    """

    id: str
    points: int
    off: int
    in_stock: bool = False

    @classmethod
    def of(cls, hold: Hold) -> Self | None:
        """The reward that a hold of points notes."""
        return cls(*hold.note) if hold.note else None


def held_rewards(account: PointsAccount, now: datetime, *, but: str = "") -> Counter[str]:
    """How often the open checkouts of a customer hold each reward, without the hold `but`."""
    holds = account.balances.holds.items()
    found = [HeldReward.of(hold) for name, hold in holds if name != but and not is_overdue(hold, now)]
    return Counter(reward.id for reward in found if reward)
