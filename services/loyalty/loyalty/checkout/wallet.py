"""The wallet: the interface through which holds use an account of points or of store credit."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from loyalty.ledger.balances import Posting
from loyalty.ledger.items import A, Entry
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.store import Origin
from loyalty.ledger.terms import Terms
from shared.errors import ConflictError
from shared.messages.cause import Cause


class Wallet(Protocol[A]):
    """One account of points or store credit during one request."""

    @property
    def terms(self) -> Terms:
        """The terms of the request."""

    @property
    def now(self) -> datetime:
        """The moment of the request."""

    @property
    def hold_minutes(self) -> int:
        """The duration of a hold, in minutes."""

    @property
    def return_policy(self) -> ReturnPolicy:
        """How released amounts return to their lots."""

    @property
    def field(self) -> str:
        """The name of the amount in requests."""

    def load(self) -> A:
        """The account, read consistently. Raises NotFoundError without one, and errors that bar the caller from it."""

    def load_for_posting(self, cause: Cause) -> A:
        """As `load`, once the account's overdue lots have expired. Raises LostRaceError when another run is faster."""

    def owns(self, account: A, name: str) -> bool:
        """Whether entries of the account `name` belong to this account, or to one that it took over."""

    def check_may_spend(self, account: A) -> None:
        """Raises SpendingBlockedError while the customer cannot spend."""

    def check_order(self, account: A, order_id: str) -> None:
        """Raises InvalidError for an order that is known to be another customer's."""

    def shortage(self, account: A) -> ConflictError:
        """The error for a request above the available amount."""

    def price(self, amount: int) -> int | None:
        """The current value of a part of a hold, in the minor unit; None where the amount is money itself.

        Raises InvalidError for an amount that cannot be spent.
        """

    def post_spending(self, account: A, posting: Posting, origin: Origin, **facts: Any) -> Entry:
        """The entry of a posting, made by the store of the account's kind."""
