"""Who referred a customer, and when both sides are to have a referral reward for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Final

# The two sides of a referral, as bonuses and entries call them: who referred a customer, and that customer.
REFERRER: Final = "referrer"
REFEREE: Final = "referee"


class RewardState(Enum):
    """What became of the rewards of a referral."""

    AWAITED = auto()
    GRANTED = auto()
    WITHDRAWN = auto()


@dataclass(frozen=True)
class Referral:
    """How many qualifying orders a referee has, and how often the rewards were granted or withdrawn for that.

    An order qualifies while any of the points that it earned remain. Each change follows its opposite: a grant, a
    withdrawal, a grant. `referrer` is who referred the customer, until the first grant, whose entries then say so: an
    account is to stay small.
    """

    qualifying_orders: int = 0
    changes: int = 0
    referrer: str | None = None

    @property
    def state(self) -> RewardState:
        """What became of the rewards: of the changes, the odd ones grant and the even ones withdraw."""
        if not self.changes:
            return RewardState.AWAITED
        return RewardState.GRANTED if self.changes % 2 else RewardState.WITHDRAWN

    @property
    def is_granted(self) -> bool:
        """Whether both have their rewards."""
        return self.state is RewardState.GRANTED

    @property
    def is_due(self) -> bool:
        """Whether the rewards are granted without a qualifying order, or one qualifies and they are not granted."""
        return self.is_granted != (self.qualifying_orders > 0)

    @property
    def changed(self) -> Referral:
        """Once the rewards have been granted, or withdrawn."""
        return replace(self, changes=self.changes + 1, referrer=None)


# By the id under which the customer was referred: one who turned out to be several people was referred more than once.
Referrals = Mapping[str, Referral]


def counted(referrals: Referrals | None, referees: Iterable[str], change: int) -> Referrals | None:
    """After so many more orders qualify (or, negative, fewer) of those who were referred under these ids."""
    if not referrals or not change:
        return referrals
    of = set(referees)
    return {
        referee: replace(each, qualifying_orders=each.qualifying_orders + change) if referee in of else each
        for referee, each in referrals.items()
    }


def write_referrals(referrals: Referrals) -> dict[str, Any]:
    """Referrals as JSON says them."""
    return {
        referee: [each.qualifying_orders, each.changes, *([each.referrer] if each.referrer else [])]
        for referee, each in referrals.items()
    }


def read_referrals(written: dict[str, Any]) -> Referrals:
    """Referrals as JSON says them."""
    return {referee: Referral(*each) for referee, each in written.items()}
