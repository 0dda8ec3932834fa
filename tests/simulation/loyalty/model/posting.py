"""What the model goes by: one entry with the account it is in, and everything there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.loyalty.model.account import Account, Place, Taken
from tests.simulation.loyalty.model.orders import Earning, Spending
from tests.simulation.loyalty.model.referral_rewards import Friends
from tests.simulation.loyalty.model.terms import Terms


@dataclass
class Posting:
    """One entry, the account it is in, and the terms it was made under."""

    row: Mapping[str, Any]
    account: Account
    terms: Terms
    today: str
    wrong: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return str(self.row["entry_kind"])

    @property
    def key(self) -> tuple[str, str]:
        return self.row["pk"], self.row["sk"]

    @property
    def amount(self) -> int:
        return int(self.row["amount"])

    @property
    def place(self) -> Place:
        return self.row["posted_at"], self.row["seq"]

    @property
    def is_credit(self) -> bool:
        return "#" in self.row["account"]

    @property
    def fills_debt(self) -> bool:
        return self.is_credit or self.terms.fills_debt

    @property
    def grace(self) -> str:
        return self.terms.grace(self.today)

    def fact(self, name: str) -> Any:
        return (self.row.get("facts") or {}).get(name)

    def must(self, holds: object, wrong: str) -> None:
        """Note what is wrong, unless it holds."""
        if not holds:
            self.wrong.append(wrong)


@dataclass
class Move:
    """Points that one customer sent another: `taken` is as the other got it, `back` what staff returned of it."""

    sender: str
    day: str
    taken: Taken
    recipient: str = ""
    back: Taken | None = None

    @property
    def stays(self) -> int:
        """The points that stay with the other."""
        return sum(self.taken.lots.values()) - (sum(self.back.lots.values()) if self.back else 0)


@dataclass
class Ledgers:
    """Everything there is. What comes from outside is put in before entries are posted.

    `told` are orders by id and version, `reviews` as they were told, `statuses` and `frozen` what may have stopped each
    account since the last look, `merged` who turned out to be whom, `births` the months in which each may have been
    taken to be born. `terms` are programmes by version.
    """

    terms: dict[int, Terms]
    told: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)
    reviews: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    rewarded_reviews: dict[tuple[str, str], str] = field(default_factory=dict)
    statuses: dict[str, set[str]] = field(default_factory=dict)
    frozen: dict[str, set[bool]] = field(default_factory=dict)
    frozen_at_merge: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    births: dict[str, set[str | None]] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    earnings: dict[str, Earning] = field(default_factory=dict)
    spendings: dict[str, dict[str, Spending]] = field(default_factory=dict)
    claims: dict[str, Taken] = field(default_factory=dict)
    leaving: dict[str, Account] = field(default_factory=dict)
    # Transfers by id; and those that have left one account and not come to the other.
    moves: dict[str, Move] = field(default_factory=dict)
    moving: dict[str, Move] = field(default_factory=dict)
    returning: dict[str, Move] = field(default_factory=dict)
    # The ids of checkouts by their names in keys, and what each of their holds was.
    carts: dict[str, str] = field(default_factory=dict)
    used: dict[str, Any] = field(default_factory=dict)
    friends: Friends = field(default_factory=Friends)

    def is_stopped(self, account: str) -> bool:
        """Whether the customer of an account, of points or of credit, could not spend since the last look."""
        who = self.owner(account.partition("#")[0])
        return self.statuses.get(who, {"active"}) <= {"banned", "inactive"} or self.frozen.get(who) == {True}

    def earns_nothing(self, posting: Posting) -> bool:
        """Whether the customer was banned; where that is not certain, the entry says so."""
        statuses = self.statuses.get(posting.row["account"], {"active"})
        return "banned" in statuses and (statuses == {"banned"} or posting.amount == 0)

    def owner(self, customer_id: str) -> str:
        """Who somebody turned out to be."""
        while customer_id in self.merged:
            customer_id = self.merged[customer_id]
        return customer_id

    def account_of(self, customer_id: str) -> Account | None:
        """The account of somebody, or of whom they turned out to be; None without entries."""
        return self.accounts.get(self.owner(customer_id))

    def available_of(self, customer_id: str) -> int:
        """The points that somebody can use."""
        account = self.account_of(customer_id)
        return account.available if account else 0

    def worth(self, order_id: str, terms: Terms) -> int:
        """What an order earns in the tier that the orders before it give by now; never more than it earned first."""
        earning = self.earnings[order_id]
        by_tier = earning.by_tier
        if by_tier is None or by_tier.reached is None:
            return earning.earned
        first, last = terms.first_month(by_tier.reached), by_tier.reached[:7]
        left = sum(
            getattr(one, terms.tier_by)
            for account in self.accounts.values()
            for one in account.qualifying
            if one.order in by_tier.before and first <= one.month <= last
        )
        tier = min(terms.tier_at(left), by_tier.tier, key=terms.rank)
        return min(by_tier.points[tier], earning.earned)

    def standing_orders(self, referee: str) -> list[str]:
        """The orders of a customer who was brought, or of whom they turned out to be, of which enough is left."""
        counting = self.friends.counting(referee, self.merged, self.accounts)
        return [order_id for order_id in counting if (it := self.earnings[order_id]).earned - it.taken_back >= it.least]

    def friends_of(self, referee: str) -> set[str]:
        """Who may have brought a customer, or anybody who turned out to be them."""
        named = (friends for who, friends in self.friends.named.items() if self.may_be_in(who, referee))
        return {friend for friends in named for friend in friends}

    def may_be_in(self, customer_id: str, account: str) -> bool:
        """Whether what is somebody's may lie in an account: theirs, or that of whom they turned out to be."""
        while customer_id != account and customer_id in self.merged:
            customer_id = self.merged[customer_id]
        return customer_id == account
