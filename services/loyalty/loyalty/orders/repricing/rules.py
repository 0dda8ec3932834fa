"""Decides which orders earn too much or too little by a tier, once refunds or reinstatements changed its reason. Pure.

An order earned by the tier that earlier orders had reached. The amounts of these orders follow their refunds. So the
order is to keep what it earns in the tier that they reach now, and never more than it earned at first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from loyalty.earning.tiered import Tiered
from loyalty.orders.order_entries import Earning, Kept, OrderEntries, Settlement
from loyalty.orders.refunds import all_to_take_back
from loyalty.points.rules import TierSlack
from loyalty.programme.tiers import TierBy, Tiers


class Spot(NamedTuple):
    """The place of an entry: its account, and its number there."""

    account: str
    number: int


# For each account the accounts that it took over, with the number of the entry that did.
Joined = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Repricing:
    """An order that is to earn `worth` points before refunds.

    `amount` of its points are taken back for that, or (negative) given back.
    """

    order_id: str
    entries: OrderEntries
    worth: int
    amount: int

    @property
    def earned(self) -> Earning:
        return _earned(self.entries)

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts of its entry."""
        settled = self.entries.settled
        return {"version": settled[-1].version if settled else self.earned.version, "worth": self.worth}

    @property
    def qualifies(self) -> int:
        """The change of the number of orders that count for a referral: 1, 0 or -1."""
        entries = self.entries
        after = entries.remaining - self.amount >= entries.brings_at(self.worth)
        return int(after) - int(entries.remaining >= entries.brings_at(entries.worth))


@dataclass(frozen=True)
class Plan:
    """The orders to reprice, oldest first, and the slack afterwards."""

    repricings: Sequence[Repricing]
    slack: TierSlack | None


class _Change(NamedTuple):
    """A change of an order's qualifying amount, by the entry at `spot`; None: by an entry that is still to come."""

    spot: Spot | None
    amount: int


def plan(orders: Mapping[str, OrderEntries], joined: Joined, name: str, rules: Tiers, currency: str) -> Plan:
    """The plan for the orders of the account `name`, and of accounts that it took over."""
    known = {order_id: entries for order_id, entries in orders.items() if entries.earned}
    changes = {order_id: _changes_of(entries, rules, currency) for order_id, entries in known.items()}
    repricings: list[Repricing] = []
    slack: TierSlack | None = None
    for order_id, entries in sorted(known.items(), key=lambda each: _earned(each[1]).at):
        earned = _earned(entries)
        tiered = earned.tiered
        if tiered is None or tiered.by is not rules.by:
            continue
        earlier = {other: made for other, made in changes.items() if made and other != order_id}
        amount = tiered.had + sum(_amount_since(known[other], made, earned, joined) for other, made in earlier.items())
        repricing = _repriced(order_id, entries, tiered.step_at(amount))
        if repricing:
            repricings.append(repricing)
            changes[order_id] = [*changes[order_id], _Change(None, _measured(rules, -repricing.amount))]
        slack = _slack_with(slack, Spot(earned.account, earned.at[1]), tiered, amount, name)
    return Plan(repricings, slack)


def _changes_of(entries: OrderEntries, rules: Tiers, currency: str) -> list[_Change]:
    """What each settlement of an order changed in its qualifying amount."""
    changes = []
    for number, each in enumerate(entries.settled):
        before, after = (replace(entries, settled=entries.settled[:end]) for end in (number, number + 1))
        money = after.kept_money - before.kept_money if _earned(entries).currency == currency else 0
        orders = int(after.is_kept) - int(before.is_kept)
        changes.append(_change(each, money, orders, rules))
    changes += [_change(each, 0, 0, rules) for each in entries.repriced]
    return [change for change in changes if change.amount]


def _change(settled: Settlement, money: int, orders: int, rules: Tiers) -> _Change:
    return _Change(Spot(settled.account, settled.at[1]), _measured(rules, -settled.taken_back, money, orders))


def _measured(rules: Tiers, points: int, money: int = 0, orders: int = 0) -> int:
    """The amount by the programme's measure."""
    return {TierBy.POINTS: points, TierBy.MONEY: money, TierBy.ORDERS: orders}[rules.by]


def _amount_since(other: OrderEntries, changes: Iterable[_Change], earned: Earning, joined: Joined) -> int:
    """The change of another order's amount since this one earned, if that amount counted for this one."""
    theirs, own = _earned(other), Spot(earned.account, earned.at[1])
    counts = theirs.placed and earned.tiered and earned.tiered.counts(theirs.placed)
    if not counts or not _precedes(Spot(theirs.account, theirs.at[1]), own, joined):
        return 0
    return sum(change.amount for change in changes if change.spot is None or not _precedes(change.spot, own, joined))


def _precedes(one: Spot, other: Spot, joined: Joined) -> bool:
    """Whether the account of the `other` entry had this one before it, by itself or by taking over its account."""
    if one.account == other.account:
        return one.number < other.number
    taken_over = joined.get(other.account, {})
    return any(
        number < other.number and (one.account == gone or _leads_to(one.account, gone, joined))
        for gone, number in taken_over.items()
    )


def _leads_to(account: str, other: str, joined: Joined) -> bool:
    """Whether an account was taken over by the other, at whatever remove."""
    taken_over = joined.get(other, {})
    return account in taken_over or any(_leads_to(account, gone, joined) for gone in taken_over)


def _repriced(order_id: str, entries: OrderEntries, step: int) -> Repricing | None:
    earned = _earned(entries)
    assert earned.tiered  # noqa: S101  # the caller asks about such orders only
    worth = min(earned.tiered.steps[step].points, earned.points)
    if worth == entries.worth:
        return None
    newest = entries.settled[-1] if entries.settled else None
    kept, most = (newest.kept, newest.most) if newest else (None, None)
    kept = kept or Kept(1, 1)
    return Repricing(order_id, entries, worth, all_to_take_back(earned, worth, kept, most) - entries.taken_back)


def _slack_with(slack: TierSlack | None, spot: Spot, tiered: Tiered, amount: int, name: str) -> TierSlack:
    """The slack with one more order, whose tier has this qualifying amount now."""
    step = tiered.step_at(amount)
    thresholds = [each.threshold for each in tiered.steps]
    # The lowest tier needs nothing, and the own one is the highest that counts.
    falls = [amount - thresholds[step]] if step < len(thresholds) - 1 else []
    rises = [thresholds[step - 1] - amount] if step else []
    before = slack or TierSlack(0, None, None)
    known_falls = falls if before.falls is None else [before.falls, *falls]
    known_rises = rises if before.rises is None else [before.rises, *rises]
    # Every entry of this account comes after those of an account that it took over.
    newest = max(before.newest, spot.number if spot.account == name else 1)
    return TierSlack(newest, min(known_falls, default=None), min(known_rises, default=None))


def _earned(entries: OrderEntries) -> Earning:
    assert entries.earned  # noqa: S101  # only orders that earned are asked about
    return entries.earned
