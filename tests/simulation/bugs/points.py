"""The ledger's arithmetic."""

# What is replaced is what a module imported for itself, which mypy takes for private.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any

from customers.orders import rules as order_rules
from loyalty.cards import usecases as cards
from loyalty.earning import usecases as earning
from loyalty.ledger import items as ledger_items
from loyalty.ledger import usecases as ledger_usecases
from tests.simulation.bugs.planting import Replaced, bug


@bug("Refunds are summed without a bound: more can be given back than was paid")
def refund_clamp_forgotten() -> Replaced:
    return [(order_rules.Facts, "refunded", property(lambda self: sum(self.refunds.values())))]


@bug("A second refund takes back what the first one already took")
def refund_not_a_difference() -> Replaced:
    entries_of = earning._account_and_entries

    def forgets(customer_id: str, order_id: str) -> Any:
        account, entries = entries_of(customer_id, order_id)
        for entry in entries:
            entry.taken_back = 0
        return account, entries

    return [(earning, "_account_and_entries", forgets)]


@bug("The due date of an account does not come nearer when an earlier lot comes")
def due_date_stays() -> Replaced:
    due_on = ledger_items.due_on

    def stays(lots: Any, until_now: Any) -> Any:
        return until_now if lots and until_now else due_on(lots, until_now)

    return [(ledger_items, "due_on", stays)]


@bug("A deduction is checked against nothing: the balance may go below zero")
def balance_unchecked() -> Replaced:
    return [(ledger_usecases.rules, "covers", lambda *_: True)]


@bug("A refund rounds what stays up, not down")
def refund_rounded_up() -> Replaced:
    def up(earned: int, total: int, refunded: int) -> int:
        return earned - -(-earned * max(total - refunded, 0) // total) if total else earned

    return [(earning, "taken_back_target", up)]


@bug("A customer is given a second card when the registration is heard again")
def second_card() -> Replaced:
    find = cards.store.account_of

    def without_card(customer_id: str) -> Any:
        account = find(customer_id)
        account.card_number = None
        return account

    class Store:
        account_of = staticmethod(without_card)

    return [(cards, "store", Store)]
