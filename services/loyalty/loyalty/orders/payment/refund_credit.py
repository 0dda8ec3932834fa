"""Store credit that refunds of an order give in place of the money that had paid for it."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from loyalty.credit import rules, store
from loyalty.credit.store import load_credit_for_posting
from loyalty.ledger import rules as ledger_rules
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import EntryKind
from loyalty.ledger.items import Entry
from loyalty.orders.store import order_records
from shared.errors import NotFoundError
from shared.events.customers import OrderRecorded
from shared.items.table import retry_lost_races
from shared.messages.cause import Cause

# The sort keys of its entries in the order's partition. The order's version follows.
_CREDIT: Final = "CREDIT#"
# In place of the reason that staff choose.
REFUND: Final = "refund"


def issue_refunded(order: OrderRecorded, version: int, cause: Cause) -> None:
    """Issue to the order's customer what its refunds gave as new store credit, as far as it is not issued yet.

    What is issued stays, whatever becomes of the order. Nothing is issued of an order without a customer, to a customer
    who is erased, or before the order is paid: the credit takes the place of money that was paid.
    """
    back = order.refunded_to
    if order.customer_id is None or order.paid_at is None or back is None or not back.new_credit:
        return
    customer_id, amount = order.customer_id, back.new_credit
    with suppress(NotFoundError):
        retry_lost_races(lambda: _issue(customer_id, order, amount, version, cause))


def _issue(customer_id: str, order: OrderRecorded, amount: int, version: int, cause: Cause) -> None:
    terms = store.terms_now()
    # Read before the entries: every entry also changes the account, so of two runs at once one reads again.
    account = load_credit_for_posting(lambda: store.account_to_open(customer_id, order.currency), terms, cause)
    missing = amount - _issued(order.order_id)
    if missing <= 0:
        return
    rules.check_room(account.balance, missing)
    lot = rules.lot_for(terms.today, terms.programme)
    posting = ledger_rules.give(EntryKind.ISSUED, account.balances, missing, lot)
    origin = ledger.Origin(f"ORDER#{order.order_id}", f"{_CREDIT}{version:09}", order.order_id, cause)
    entry = store.post_credit(account, posting, origin, terms, code=REFUND, order=order.order_id)
    with suppress(ledger.AlreadyPostedError):
        ledger.write(entry, account, store.guard(account))


def _issued(order_id: str) -> int:
    records = order_records(order_id)
    return sum(each.amount for each in records if isinstance(each, Entry) and each.sk.startswith(_CREDIT))
