"""What customers may have at the most: by the money that stays with the shop, whatever they did to get there.

Nothing of this knows an entry's arithmetic: it takes what the outside said, and what the accounts come to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import combinations
from typing import Any, Final

from tests.simulation.loyalty.greedy.money import Order, bought, orders_of
from tests.simulation.loyalty.model.terms import Terms
from tests.simulation.loyalty.model.transfers import TRANSFER
from tests.simulation.scene import Outcome, Scene
from tests.simulation.tables import Row, Tables, customer_of

_CREDIT: Final = "Credit for"


def nobody_gains(scene: Scene, tables: Tables) -> Iterator[str]:
    """No customer has had more points, and has more or spent them, than the money that stays earns in its best tier.

    The best tier of an order is the one that the orders before it give by the money that stays of them. Bonuses are
    added while their conditions hold, and what staff added. What the shop bears by its own rules is no gain.
    """
    bound = _Bound(scene, tables)
    for who, row in bound.accounts.items():
        if who not in bound.families or {"erased_at", "merged_into"} & row.keys():
            continue
        most, entries = bound.most(who), bound.entries_of(who)
        if row.get("earned", 0) > most:
            yield f"{who} has earned {row['earned']}, and the money that stays gives {most}"
        staff = sum(entry["amount"] for entry in entries if entry["entry_kind"] == "adjusted")
        borne = sum((entry.get("facts") or {}).get("forgiven", 0) for entry in entries)
        # Points that others sent, less those that went to others.
        moved = sum(entry["amount"] for entry in entries if entry["pk"].startswith(TRANSFER))
        had = _had(row) - sum((row.get("written_off") or {}).values()) - moved
        if had > most + staff + max(borne, 0):
            yield f"{who} has or spent {had}, of {most} for the money that stays, {staff} of staff and {borne} borne"


def no_credit_from_nothing(scene: Scene, tables: Tables) -> Iterator[str]:
    """Nobody has, spent and lost more store credit than staff issued to them and did not revoke."""
    bound, issued = _Bound(scene, tables), Counter[str]()
    for reason, asked in scene.promises.adjustments.items():
        if reason.startswith(_CREDIT) and asked.outcome is not Outcome.REFUSED:
            is_certain = asked.outcome is Outcome.DONE
            issued[bound.owner(asked.customer_id)] += asked.points if is_certain else max(asked.points, 0)
    had = Counter[str]()
    for row in tables.of_kind("loyalty", "credit"):
        had[bound.owner(customer_of(row))] += _had(row)
    for who, amount in had.items():
        if amount > issued[who]:
            yield f"{who} has or spent {amount} of store credit, and {issued[who]} were issued"


def sign_ups_are_single(scene: Scene, tables: Tables) -> Iterator[str]:
    """However often an e-mail registers, it is rewarded once."""
    emails = _registered(scene)
    rewarded = Counter(
        emails[who]
        for entry in tables.of_kind("loyalty", "entry")
        if entry["sk"] == "SIGN_UP" and (who := entry["pk"].removeprefix("BONUS#")) in emails
    )
    for email, times in rewarded.items():
        if times > 1:
            yield f"{email} was rewarded {times} times for registering"


def _registered(scene: Scene) -> dict[str, str]:
    """The e-mails of all who ever registered, by customer."""
    told = (each["detail"] for each in scene.world.told if each["detail-type"] == "CustomerRegistered")
    known = (detail["data"] for detail in told if detail["data"])
    return {data["customer_id"]: data["profile"]["email"] for data in known}


def _had(row: Row) -> int:
    """What is in an account, usable or not, less what is owed; and what was spent or has expired."""
    held = sum(sum(hold[1].values()) for hold in (row.get("holds") or {}).values())
    lots, pending = (sum((row.get(part) or {}).values()) for part in ("lots", "pending"))
    gone = sum(row.get(name) or 0 for name in ("spent", "expired"))
    return int(lots + pending + held - (row.get("owed") or 0) + gone)


class _Bound:
    """The most that each customer can have, of those whom nobody of was erased."""

    def __init__(self, scene: Scene, tables: Tables) -> None:
        self._scene, self._terms = scene, scene.programme.terms
        self._registered = _registered(scene).keys()
        self.accounts = {customer_of(row): row for row in tables.of_kind("loyalty", "account")}
        merged = {who: row["merged_into"] for who, row in self.accounts.items() if row.get("merged_into")}
        self._merged = {**tables.merged, **merged}
        families: dict[str, set[str]] = {}
        for who in self.accounts:
            families.setdefault(self.owner(who), set()).add(who)
        erased = {who for who, row in self.accounts.items() if "erased_at" in row}
        self.families = {who: family for who, family in families.items() if not family & erased}
        self._bought = set(bought(scene))
        self._entries: dict[str, list[Row]] = {}
        for entry in tables.of_kind("loyalty", "entry"):
            self._entries.setdefault(self.owner(entry["account"].partition("#")[0]), []).append(entry)
        self._orders: dict[str, list[Order]] = {}
        for order in orders_of(scene, tables):
            for who in {self.owner(each) for each in order.customers}:
                self._orders.setdefault(who, []).append(order)

    def owner(self, who: str) -> str:
        """Who somebody turned out to be."""
        seen = {who}
        while (into := self._merged.get(who)) and into not in seen:
            who = into
            seen.add(who)
        return who

    def entries_of(self, who: str) -> list[Row]:
        """The entries of points of a customer, and of those who turned out to be them."""
        return [entry for entry in self._entries.get(who, []) if "#" not in entry["account"]]

    def most(self, who: str) -> int:
        """The most points that a customer can have had."""
        orders = self._orders.get(who, [])
        months = {order.month for order in orders if order.month} if self._celebrates else set()
        is_one = len(self.families[who]) == 1
        choices = _a_year_apart(months) if is_one else [months]
        return max(_worth(orders, self._terms, chosen) for chosen in choices) + self._bonuses(who)

    @property
    def _celebrates(self) -> bool:
        return Fraction(self._terms.document["earning"]["bonuses"]["birthday"]) != 1

    def _bonuses(self, who: str) -> int:
        terms, family = self._terms, self.families[who]
        registered = len(family & self._registered)
        products = {product for buyer, product in self._bought if self.owner(buyer) == who}
        points = registered * terms.bonus("sign_up") + len(products) * len(family) * terms.bonus("review")
        for referee, named in self._scene.promises.named.items():
            # Nobody has anything for having brought themselves.
            friends = {self.owner(friend) for friend in named} - {self.owner(referee)}
            if friends and self._qualifies(self.owner(referee)):
                points += terms.bonus("referee") if self.owner(referee) == who else 0
                points += terms.bonus("referrer") if who in friends else 0
        return points

    def _qualifies(self, referee: str) -> bool:
        """Whether an order of theirs still counts for a referral; of the erased nobody knows any more.

        The points that must stay of it are rounded down: with one or two of them, to as little as half of the money.
        """
        if referee not in self.families:
            return True
        least = self._terms.referral_order
        return any(order.stays > 0 and 2 * order.stays >= least for order in self._orders.get(referee, []))


def _worth(orders: list[Order], terms: Terms, festive: frozenset[str] | set[str]) -> int:
    """What the money that stays of orders earns, each in the tier that those before it give, in whole points."""
    points, qualifying = 0, 0
    for order in sorted(orders, key=lambda order: order.place):
        multiplier = _multiplier(terms, terms.tier_at(qualifying))
        multiplier *= Fraction(terms.document["earning"]["bonuses"]["birthday"]) if order.month in festive else 1
        earned = order.points(terms, multiplier)
        points += earned
        qualifying += {"points": earned, "money": order.money, "orders": int(order.stands)}[terms.tier_by]
    return points


def _multiplier(terms: Terms, tier: str) -> Fraction:
    rungs: list[dict[str, Any]] = terms.document["tiers"]["rungs"]
    return next(Fraction(rung.get("multiplier", 1)) for rung in rungs if rung["tier"] == tier)


def _a_year_apart(months: set[str]) -> list[frozenset[str]]:
    """The sets of these months of which all are twelve months apart."""
    chosen = [frozenset(some) for number in range(4) for some in combinations(sorted(months), number)]
    return [some for some in chosen if all(_distance(*pair) >= 12 for pair in combinations(sorted(some), 2))]


def _distance(one: str, other: str) -> int:
    first, second = (date.fromisoformat(f"{month}-01") for month in (one, other))
    return (second.year - first.year) * 12 + second.month - first.month
