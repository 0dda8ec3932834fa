"""The ledger's arithmetic."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any

from customers.orders import rules as order_rules
from loyalty.adjustments import usecases as adjustments
from loyalty.credit import usecases as credit
from loyalty.earning import quota
from loyalty.ledger import items as ledger_items
from loyalty.members import cards
from loyalty.orders import recorded_order, refunds
from loyalty.orders import rules as order_rules_of_loyalty
from loyalty.orders.order_entries import Kept, OrderEntries, reversed_amount
from loyalty.orders.repricing import usecases as repricing
from loyalty.points import tier_rules
from loyalty.points.rules import TierSlack
from loyalty.proposals.authority import Authority
from tests.simulation.bugs.planting import Replaced, bug


@bug("Refunds are summed without a bound: more can be given back than was paid")
def refund_clamp_forgotten() -> Replaced:
    return [(order_rules.Facts, "refunded", property(lambda self: sum(self.refunds.values())))]


@bug("A second refund takes back what the first one already took")
def refund_not_a_difference() -> Replaced:
    return [(OrderEntries, "taken_back", 0)]


@bug("The due date of an account does not come nearer when an earlier lot comes")
def due_date_stays() -> Replaced:
    next_dates = ledger_items.next_dates

    def stays(kept: Any, *facts: Any, now: Any, **names: Any) -> Any:
        if kept.due_at is None or ledger_items.is_reached(kept.due_at, now):
            return next_dates(kept, *facts, now=now, **names)
        return kept

    return [(ledger_items, "next_dates", stays)]


@bug("A deduction is checked against nothing: it takes what there is, and says that it took all")
def balance_unchecked() -> Replaced:
    posted: Any = adjustments.posted

    def unchecked(account: Any, points: int, *about: Any, reason: str, **facts: Any) -> Any:
        return posted(account, max(points, -account.available), *about, reason=reason, **facts)

    return [(adjustments, "posted", unchecked)]


@bug("The limit above which a second person is needed looks at each posting alone: two small ones pass for a large one")
def limit_by_posting() -> Replaced:
    def looked_at_alone(amount: int, unit: str, limit: int | None, *_: Any) -> Any:
        return Authority(suffices=limit is None or abs(amount) <= limit)

    return [(adjustments, "authority_for", looked_at_alone), (credit, "authority_for", looked_at_alone)]


@bug("A refund rounds what stays up, not down")
def refund_rounded_up() -> Replaced:
    def up(earned: int, total: int, refunded: int) -> int:
        return earned - -(-earned * max(total - refunded, 0) // total) if total else earned

    return [(refunds, "taken_back_target", up)]


@bug("A refund takes points back by its share of the whole total, shipping and tax too")
def shipping_refunded_as_goods() -> Replaced:
    def of_the_total(order: Any, *_: Any) -> Any:
        return Kept(order.total - reversed_amount(order), order.total)

    return [(recorded_order, "kept_of", of_the_total)]


@bug("A customer is given a second card when the registration is heard again")
def second_card() -> Replaced:
    store = cards.store

    class Store:
        """The store of accounts, in which nobody has a card yet."""

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        @staticmethod
        def account_of(customer_id: str) -> Any:
            account = store.account_of(customer_id)
            account.card_number = None
            return account

    return [(cards, "store", Store())]


@bug("Limits on what a customer can earn are not looked at")
def quota_ignored() -> Replaced:
    return [(quota.Quota, "left", lambda *_: None)]


@bug("Who reinstates an order gets all its points again, whatever was taken back")
def reinstated_from_scratch() -> Replaced:
    give_back = order_rules_of_loyalty.give_back

    def all_of_it(before: Any, entries: Any, _: int, terms: Any) -> Any:
        return give_back(before, entries, entries.earned.points, terms)

    return [(order_rules_of_loyalty, "give_back", all_of_it)]


@bug("An older version of an order is settled after a newer one")
def settled_out_of_order() -> Replaced:
    return [(OrderEntries, "is_news", lambda *_: True)]


@bug("Orders keep what they earned by a tier, even if the order that gave it is returned")
def tier_kept_after_return() -> Replaced:
    return [(repricing, "_is_due", lambda _: False)]


@bug("Orders that lost a tier's points with a returned order do not get them again when that is reinstated")
def repriced_for_good() -> Replaced:
    return [(TierSlack, "is_due", property(lambda self: self.falls is not None and self.falls < 0))]


@bug("A tier in its grace outlives the order that gave it")
def grace_outlives_its_order() -> Replaced:
    upheld: Any = tier_rules._upheld

    def by_time(before: Any, after: Any, today: Any, rules: Any) -> Any:
        is_kept = tier_rules.qualified_tier(before, today, rules) is not before.tier
        return after if is_kept else upheld(before, after, today, rules)

    return [(tier_rules, "_upheld", by_time)]
