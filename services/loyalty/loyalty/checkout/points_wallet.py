"""The wallet of points: the account as holds use it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Self

from loyalty.checkout import rules
from loyalty.ledger.balances import Posting
from loyalty.ledger.items import Entry
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.store import Origin
from loyalty.ledger.terms import Terms
from loyalty.orders.spending import check_own_order
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.rules import return_policy
from loyalty.points.spending_blocks import check_may_spend
from loyalty.points.usecases import InsufficientPointsError, shown_account
from shared.messages.cause import Cause


@dataclass(frozen=True)
class PointsWallet:
    """One customer's points during one request."""

    customer_id: str
    by_self: bool
    terms: Terms

    @classmethod
    def of(cls, customer_id: str, *, by_self: bool) -> Self:
        """The points of a customer, under the current terms."""
        return cls(customer_id, by_self, store.terms_now())

    @property
    def now(self) -> datetime:
        return self.terms.now

    @property
    def hold_minutes(self) -> int:
        return self.terms.programme.redeeming.hold_minutes

    @property
    def return_policy(self) -> ReturnPolicy:
        return return_policy(self.terms.programme, self.terms.today)

    @property
    def field(self) -> str:
        """The name of the amount in requests."""
        return "points"

    @property
    def currency(self) -> str:
        """The currency of the points' value."""
        return self.terms.programme.currency

    def load(self) -> PointsAccount:
        """The account. Raises NotFoundError without one, and EmailNotVerifiedError as `shown_account` does."""
        return shown_account(self.customer_id, by_self=self.by_self)

    def load_for_posting(self, cause: Cause) -> PointsAccount:
        return store.load_for_posting(self.customer_id, self.terms, cause, partial(shown_account, by_self=self.by_self))

    def owns(self, account: PointsAccount, name: str) -> bool:
        return account.answers_to(name)

    def check_may_spend(self, account: PointsAccount) -> None:
        check_may_spend(account)

    def check_order(self, account: PointsAccount, order_id: str) -> None:
        check_own_order(account.customer_id, order_id)

    def shortage(self, account: PointsAccount) -> InsufficientPointsError:
        return InsufficientPointsError.of(account)

    def price(self, amount: int) -> int:
        """The current value of the points in minor units. Raises InvalidError for a number that cannot be redeemed."""
        return rules.price(amount, self.terms.programme.redeeming)

    def post_spending(self, account: PointsAccount, posting: Posting, origin: Origin, **facts: Any) -> Entry:
        """The entry of a posting, with the currency of the points' value."""
        currency = self.currency if facts.get("value") is not None else None
        return store.post_points(account, posting, origin, self.terms, **facts, currency=currency)
