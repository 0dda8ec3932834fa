"""The referral of a customer, and the conditions for both referral rewards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

# The two sides of a referral, as bonuses and entries name them.
REFERRER: Final = "referrer"
REFEREE: Final = "referee"


class RewardState(Enum):
    """What became of the rewards of a referral."""

    AWAITED = auto()
    GRANTED = auto()
    WITHDRAWN = auto()


@dataclass(frozen=True)
class Referral:
    """A referee's number of qualifying orders, and the number of grants and withdrawals so far.

    An order qualifies while any of its earned points remain. Grants and withdrawals alternate, and the first change is
    a grant. `referrer` is stored until the first grant; after that the entries name the referrer, which keeps the
    account small, unless that side was granted nothing. `is_own` is set once referrer and referee turned out to be one
    person, who has no reward from then on.
    """

    qualifying_orders: int = 0
    changes: int = 0
    referrer: str | None = None
    is_own: bool = False

    @property
    def state(self) -> RewardState:
        """The state of the rewards: odd changes grant, even changes withdraw."""
        if not self.changes:
            return RewardState.AWAITED
        return RewardState.GRANTED if self.changes % 2 else RewardState.WITHDRAWN

    @property
    def is_granted(self) -> bool:
        """Whether both sides have their rewards."""
        return self.state is RewardState.GRANTED

    @property
    def is_due(self) -> bool:
        """Whether rewards must be granted for a qualifying order, or withdrawn: none is left, or it is one person."""
        return self.is_granted != (self.qualifying_orders > 0 and not self.is_own)

    @property
    def changed(self) -> Referral:
        """The referral after the next grant or withdrawal."""
        return replace(self, changes=self.changes + 1, referrer=self.referrer if self.changes else None)


# By the id under which the customer was referred: a merged customer may have been referred under several ids.
Referrals = Mapping[str, Referral]


def counted(referrals: Referrals | None, referees: Iterable[str], change: int) -> Referrals | None:
    """The referrals after `change` more (negative: fewer) qualifying orders of these referees."""
    if not referrals or not change:
        return referrals
    of = set(referees)
    return {
        referee: replace(each, qualifying_orders=each.qualifying_orders + change) if referee in of else each
        for referee, each in referrals.items()
    }


def points_of_least(points: int, base: int, least: int) -> int | None:
    """The fewest points that may remain of an order of `base` that earned `points`, so that `least` of it stays.

    Rounded down, in the customer's favour. None stands for a single point.
    """
    remaining = points * least // base
    return remaining if remaining > 1 else None


def write_referrals(referrals: Referrals) -> dict[str, Any]:
    """The stored form; the parts at the end that say nothing are left out."""
    return {referee: [each.qualifying_orders, each.changes, *_end_of(each)] for referee, each in referrals.items()}


def _end_of(referral: Referral) -> list[Any]:
    if referral.is_own:
        return [referral.referrer, True]
    return [referral.referrer] if referral.referrer else []


def read_referrals(written: dict[str, Any]) -> Referrals:
    return {referee: Referral(*each) for referee, each in written.items()}
