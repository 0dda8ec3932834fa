"""Who brought a customer, and when both are to be thanked for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

# What each side is given for, as bonuses and entries call it: whoever brought a customer, and the customer.
REFERRER: Final = "referrer"
REFEREE: Final = "referee"


@dataclass(frozen=True)
class Referral:
    """How many orders of a customer who was brought stand, and how often the thanks for that have turned.

    An order stands while any of the points that it earned do. Thanks are given, taken back and given again by turns.
    `referrer` is whoever brought the customer, until the first turn, whose entries then say so: an account is to stay
    small.
    """

    standing: int = 0
    turns: int = 0
    referrer: str | None = None

    @property
    def is_thanked(self) -> bool:
        """Whether both have their thanks."""
        return self.turns % 2 == 1

    @property
    def is_due(self) -> bool:
        """Whether both have thanks and no order stands for them any more, or one does and they have none."""
        return self.is_thanked != (self.standing > 0)

    @property
    def turned(self) -> Referral:
        """Once both have been given their thanks, or have lost them."""
        return replace(self, turns=self.turns + 1, referrer=None)


# By the id under which the customer was brought: one who turned out to be several people was brought more than once.
Referrals = Mapping[str, Referral]


def counted(referrals: Referrals | None, referees: Iterable[str], change: int) -> Referrals | None:
    """After so many more orders stand (or, negative, fewer) of those who were brought under these ids."""
    if not referrals or not change:
        return referrals
    of = set(referees)
    return {
        referee: replace(each, standing=each.standing + change) if referee in of else each
        for referee, each in referrals.items()
    }


def write_referrals(referrals: Referrals) -> dict[str, Any]:
    """Referrals as JSON says them."""
    return {
        referee: [each.standing, each.turns, *([each.referrer] if each.referrer else [])]
        for referee, each in referrals.items()
    }


def read_referrals(written: dict[str, Any]) -> Referrals:
    """Referrals as JSON says them."""
    return {referee: Referral(*each) for referee, each in written.items()}
