"""Referral rewards: both sides have what they were first granted while an order of the referee qualifies.

Nobody has any for having brought themselves, from the moment on at which both are one person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.simulation.loyalty.model.account import Place
from tests.simulation.loyalty.model.orders import Earning, Portion

SIDES = ("referrer", "referee")


@dataclass
class ReferralRewards:
    """For one referee: what each side was first granted, to whom, and how often that was granted or withdrawn since."""

    given: dict[str, Earning] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)

    def first(self, side: str, account: str, points: int, lot: str, place: Place) -> None:
        """Something is given for the first time."""
        self.accounts[side] = account
        self.given[side] = Earning(points, "", "", lot, 1, remaining=[Portion(lot, points, place)])


@dataclass
class Friends:
    """Who brought whom. `named` is what the outside asked for, by customer and friend, and whether that was answered.

    `orders` are those that earned points, with account and number of the entry; `joined` says by which number of
    whose ledger somebody turned out to be them.
    """

    named: dict[str, dict[str, bool]] = field(default_factory=dict)
    referral_rewards: dict[str, ReferralRewards] = field(default_factory=dict)
    orders: dict[str, tuple[str, int]] = field(default_factory=dict)
    joined: dict[str, tuple[str, int]] = field(default_factory=dict)

    def is_own(self, referee: str) -> bool:
        """Whether the referrer is the referee, as the ledgers say by now. A shop may give nothing to the referee."""
        accounts = self.referral_rewards.get(referee, ReferralRewards()).accounts
        referrer = accounts.get("referrer")
        return referrer is not None and self._holder(referrer) == self._holder(accounts.get("referee", referee))

    def _holder(self, account: str) -> str:
        """Whose ledger goes on with an account."""
        while account in self.joined:
            account, _ = self.joined[account]
        return account

    def counting(self, referee: str, merged: Mapping[str, str], posted_to: Mapping[str, object]) -> Iterator[str]:
        """The orders that count for somebody: their own, and those of whom they are now since they are."""
        who, since = referee, 0
        while True:
            yield from (
                order_id for order_id, (account, number) in self.orders.items() if account == who and number > since
            )
            if who in self.joined:
                who, since = self.joined[who]
            elif who in merged and who not in posted_to:
                who, since = merged[who], 0
            else:
                return
