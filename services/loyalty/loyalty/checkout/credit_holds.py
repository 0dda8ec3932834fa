"""Holds of store credit for a checkout: placed, captured and released."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from loyalty.checkout import hold_lifecycle
from loyalty.checkout.models import CreditCapture, CreditHoldView, NewCreditHold
from loyalty.credit import store
from loyalty.credit.items import CreditAccount
from loyalty.credit.rules import return_policy
from loyalty.credit.usecases import InsufficientCreditError, check_shown, shortage
from loyalty.ledger import store as ledger
from loyalty.ledger.balances import Posting
from loyalty.ledger.items import Entry
from loyalty.ledger.rules import ReturnPolicy
from loyalty.orders.spending import check_own_order, settle_late_spending
from loyalty.points.spending_blocks import check_may_spend
from loyalty.points.store import existing_account
from shared.errors import NotFoundError
from shared.http import Signature
from shared.items.table import find
from shared.messages.cause import Cause


class CreditWallet:
    """One customer's credit during one request: in one currency, or the account of one hold."""

    field = "amount"

    def __init__(
        self, customer_id: str, *, by_self: bool, currency: str | None = None, hold_id: str | None = None
    ) -> None:
        self._customer_id, self._by_self = customer_id, by_self
        self._hold_id = hold_id
        self.terms = store.terms_now()
        self.currency = currency or ""

    @property
    def now(self) -> datetime:
        return self.terms.now

    @property
    def hold_minutes(self) -> int:
        return self.terms.programme.credit.hold_minutes

    @property
    def return_policy(self) -> ReturnPolicy:
        return return_policy(self.terms.programme, self.terms.today)

    def load(self) -> CreditAccount:
        """The account, read consistently. Raises NotFoundError, EmailNotVerifiedError."""
        check_shown(self._customer_id, by_self=self._by_self)
        if self.currency:
            return store.existing_account(self._customer_id, self.currency)
        account = self._with_hold(self._hold_id or "")
        self.currency = account.currency
        return account

    def load_for_posting(self, cause: Cause) -> CreditAccount:
        return store.load_credit_for_posting(self.load, self.terms, cause)

    def owns(self, account: CreditAccount, name: str) -> bool:
        """Whether entries of the account `name` belong to this account, or to one that it took over."""
        if name == account.name:
            return True
        customer_id, _, currency = name.partition("#")
        owner = store.find_account(customer_id, currency) if currency else None
        return owner is not None and owner.name == account.name

    def check_may_spend(self, account: CreditAccount) -> None:
        check_may_spend(existing_account(account.customer_id))

    def check_order(self, account: CreditAccount, order_id: str) -> None:
        check_own_order(account.customer_id, order_id)

    def shortage(self, account: CreditAccount) -> InsufficientCreditError:
        return shortage(account)

    def price(self, amount: int) -> None:
        """None: credit is money itself."""

    def post_spending(self, account: CreditAccount, posting: Posting, origin: ledger.Origin, **facts: Any) -> Entry:
        return store.post_credit(account, posting, origin, self.terms, **facts)

    def _with_hold(self, hold_id: str) -> CreditAccount:
        """The account with the open hold, found in one read of all accounts; else the account that once had it."""
        for account in store.accounts_of(self._customer_id):
            if hold_id in account.balances.holds:
                return account
        made = find(Entry, f"HOLD#{hold_id}", "HOLD")
        currency = made.account.partition("#")[2] if made else ""
        if not currency:
            raise NotFoundError("There is no such hold.")
        return store.existing_account(self._customer_id, currency)


def hold_credit(
    customer_id: str, wanted: NewCreditHold, *, by_self: bool, cause: Cause, signature: Signature
) -> CreditHoldView:
    """Hold credit for a checkout, soonest expiring first. An overdue hold is released by itself.

    Raises NotFoundError without an account, InsufficientCreditError, TooManyHoldsError, EmailNotVerifiedError,
    KeyReusedError.
    """
    wallet = CreditWallet(customer_id, by_self=by_self, currency=wanted.currency)
    held = hold_lifecycle.hold(wallet, wanted.amount, wanted.order_id, cause, signature)
    return CreditHoldView.of(held, wanted.currency)


def read_hold(customer_id: str, hold_id: str, *, by_self: bool) -> CreditHoldView:
    """A hold, open or ended. Raises NotFoundError, EmailNotVerifiedError."""
    wallet = CreditWallet(customer_id, by_self=by_self, hold_id=hold_id)
    return CreditHoldView.of(hold_lifecycle.read(wallet, hold_id), wallet.currency)


def capture_hold(
    customer_id: str, hold_id: str, wanted: CreditCapture, *, by_self: bool, cause: Cause
) -> CreditHoldView:
    """Capture all or a part of a hold, and release the rest. A repeated capture changes nothing.

    Raises NotFoundError, EmailNotVerifiedError, HoldEndedError when the hold ended otherwise. Raises InvalidError for
    more than the hold covers or for another order than the hold's.
    """
    wallet = CreditWallet(customer_id, by_self=by_self, hold_id=hold_id)
    held = hold_lifecycle.capture(wallet, hold_id, wanted.amount, wanted.order_id, cause)
    if held.order_id:
        settle_late_spending(held.order_id, cause)
    return CreditHoldView.of(held, wallet.currency)


def release_hold(customer_id: str, hold_id: str, *, by_self: bool, cause: Cause) -> CreditHoldView:
    """Release a hold; a repeated release changes nothing. Raises NotFoundError, HoldEndedError after a capture."""
    wallet = CreditWallet(customer_id, by_self=by_self, hold_id=hold_id)
    return CreditHoldView.of(hold_lifecycle.release(wallet, hold_id, cause), wallet.currency)
