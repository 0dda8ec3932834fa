"""Quotes the points and store credit that can pay for an order, before any of them is held or spent."""

from __future__ import annotations

from loyalty.checkout.quote_models import NewQuote, QuoteView
from loyalty.checkout.rules import Funds, Wish, quote
from loyalty.credit.items import CREDIT, CreditAccount
from loyalty.credit.rules import return_policy
from loyalty.credit.store import terms_now as credit_terms
from loyalty.credit.usecases import shortage
from loyalty.ledger.overdue import without_overdue
from loyalty.points.spending_blocks import SpendingBlock, SpendingBlockedError, spending_block
from loyalty.points.store import terms_now
from loyalty.points.usecases import InsufficientPointsError, account_as_due
from shared.items.keys import customer_partition
from shared.items.table import find


def quote_checkout(customer_id: str, asked: NewQuote, *, by_self: bool) -> QuoteView:
    """Price the requested amounts, or the most that can be used.

    It takes two reads, and one more for a merged customer. Raises NotFoundError without an account, and
    EmailNotVerifiedError. Raises InsufficientPointsError or InsufficientCreditError for more than is available, and
    InvalidError for amounts that the order cannot take. Raises SpendingBlockedError for amounts of a customer who
    cannot spend; without amounts the quote then uses nothing.
    """
    terms = terms_now()
    account = account_as_due(customer_id, terms, by_self=by_self)
    credit = _credit_of(account.customer_id, asked.currency)
    if block := spending_block(account):
        return _quote_nothing(asked, block)
    if (asked.points or 0) > account.available:
        raise InsufficientPointsError.of(account)
    if (asked.credit or 0) > credit.available:
        raise shortage(credit)
    redeeming = terms.programme.redeeming if asked.currency == terms.programme.currency else None
    funds = Funds(account.available, credit.available)
    return QuoteView.of(asked, funds, quote(asked.total, funds, Wish(asked.points, asked.credit), redeeming))


def _quote_nothing(asked: NewQuote, block: SpendingBlock) -> QuoteView:
    if asked.points or asked.credit:
        raise SpendingBlockedError.of(block)
    nothing = Funds(0, 0)
    return QuoteView.of(asked, nothing, quote(asked.total, nothing, Wish(0, 0), None))


def _credit_of(customer_id: str, currency: str) -> CreditAccount:
    """The account as the next call finds it, or an empty one."""
    found = find(CreditAccount, customer_partition(customer_id), f"{CREDIT}{currency}")
    terms = credit_terms()
    policy = return_policy(terms.programme, terms.today)
    return without_overdue(found or CreditAccount.fresh(customer_id, currency), terms, policy)
