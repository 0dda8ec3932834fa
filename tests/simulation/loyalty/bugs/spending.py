"""Holds, redemptions, store credit, merges and the chain: who has what, and once."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from loyalty.checkout import hold_lifecycle, points_wallet
from loyalty.credit import store as credit
from loyalty.identity import merge, points_merge, takeover
from loyalty.ledger import items as ledger_items
from loyalty.ledger import overdue, verification
from loyalty.ledger.balances import Taken
from loyalty.ledger.rules import ReturnPolicy
from loyalty.orders import refunds
from loyalty.points import store as points
from loyalty.rewards import claims
from tests.simulation.bugs.planting import Replaced, bug


class _Rules:
    """The ledger's rules, with one of them replaced."""

    def __init__(self, rules: Any, **replaced: Any) -> None:
        self._rules = rules
        self.__dict__ |= replaced

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rules, name)


@bug("What is held can be used all the same: a hold takes nothing from the lots")
def hold_not_set_aside() -> Replaced:
    rules = hold_lifecycle.rules

    def hold(before: Any, *arguments: Any, **names: Any) -> Any:
        posting = rules.hold(before, *arguments, **names)
        return replace(posting, lots={}, after=replace(posting.after, lots=before.lots))

    return [(hold_lifecycle, "rules", _Rules(rules, hold=hold))]


@bug("What a hold gives back falls into the lot that ends last, not into those that it came from")
def released_to_another_lot() -> Replaced:
    rules = hold_lifecycle.rules

    def release(before: Any, hold_id: str, return_policy: Any) -> Any:
        held = before.holds[hold_id]
        moved = replace(held, lots={max([*before.lots, *held.lots]): held.amount})
        return rules.release(replace(before, holds={**before.holds, hold_id: moved}), hold_id, return_policy)

    return [(hold_lifecycle, "rules", _Rules(rules, release=release))]


@bug("A capture of a part takes the whole hold")
def part_ignored() -> Replaced:
    rules = hold_lifecycle.rules

    def capture(before: Any, hold_id: str, _: int, return_policy: Any) -> Any:
        return rules.capture(before, hold_id, before.holds[hold_id].amount, return_policy)

    return [(hold_lifecycle, "rules", _Rules(rules, capture=capture))]


@bug("Nothing ends a hold that nobody ends")
def hold_never_runs_out() -> Replaced:
    return [(overdue, "overdue_hold", lambda *_: None)]


@bug("Whoever is faster than the job spends lots whose last day is over")
def spent_when_over() -> Replaced:
    return [(store, "overdue_lots", lambda *_: {}) for store in (points, credit)]


@bug("A refund of a part gives back all that the points had paid")
def restored_whole() -> Replaced:
    share = refunds._share
    return [(refunds, "_share", lambda *order, **names: Fraction(1 if share(*order, **names) else 0))]


@bug("Store credit returns with each version of a reversed order, whatever returned before")
def credit_restored_twice() -> Replaced:
    restored = refunds.Spending.restored.fget

    def forgotten(self: Any) -> Any:
        return {} if "#" in self.account else restored(self)

    return [(refunds.Spending, "restored", property(forgotten))]


@bug("Of two customers who are one, the lots of the one who goes are left behind")
def lots_left_behind() -> Replaced:
    rules = takeover.rules

    def take_over(before: Any, other: Any, **names: Any) -> Any:
        return rules.take_over(before, replace(other, lots={}), **names)

    return [(takeover, "rules", _Rules(rules, take_over=take_over))]


@bug("What came back in a grace forgets which lot it is of")
def grace_forgets() -> Replaced:
    of = ReturnPolicy.of
    return [(ReturnPolicy, "of", lambda self, taken: Taken(of(self, taken).lots))]


@bug("A hold that is given back when its lot is over gives its points a grace")
def grace_by_a_hold() -> Replaced:
    return [(points_wallet, "return_policy", partial(points_wallet.return_policy, gives_grace=True))]


@bug("What paid for an order that nobody paid has a grace when the order is cancelled")
def grace_for_an_unpaid_order() -> Replaced:
    return [(refunds.ReversedShare, "is_paid", property(lambda _: True, lambda *_: None))]


@bug("What is over of a customer who goes lives on in the account that stays")
def over_merged() -> Replaced:
    def load_for_posting(customer_id: str, _: Any, __: Any, load: Any = points.account_of) -> Any:
        return load(customer_id)

    return [(points_merge, "load_for_posting", load_for_posting)]


@bug("Store credit of a customer who goes stays behind")
def credit_left_behind() -> Replaced:
    return [(merge, "credit_of", lambda _: [])]


@bug("Who verifies a ledger adds it up, and does not look whether an entry was changed")
def verification_is_blind() -> Replaced:
    return [(verification, "_changed", lambda *_: None)]


@bug("The chain starts anew with each entry: none carries the hash of the one before")
def chain_skips_the_previous() -> Replaced:
    return [(ledger_items.Account, "head", property(lambda _: None, lambda *_: None))]


@bug("The stock of a reward is not looked at")
def stock_ignored() -> Replaced:
    return [(claims.rewards, "stock_of", lambda *_: None)]
