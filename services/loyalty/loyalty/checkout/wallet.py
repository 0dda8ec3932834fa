"""What holds need to know of an account, of points or of store credit."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from loyalty.ledger.balances import Posting
from loyalty.ledger.due_dates import Watch
from loyalty.ledger.items import A, Entry
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.store import Origin
from shared.errors import ConflictError


class Wallet(Protocol[A]):
    """What differs between accounts of points and of store credit; of one account, during one request."""

    @property
    def now(self) -> datetime:
        """The moment of the request."""

    @property
    def watch(self) -> Watch:
        """When time does something to the account."""

    @property
    def hold_minutes(self) -> int:
        """How long a hold lasts."""

    @property
    def return_policy(self) -> ReturnPolicy:
        """How what is given back returns to its lots."""

    @property
    def field(self) -> str:
        """What callers call the amount."""

    def load(self) -> A:
        """The account as it is now. Raises NotFoundError without one, and what else bars the caller from it."""

    def owns(self, account: A, name: str) -> bool:
        """Whether entries of the account `name` are this one's: its own, or those of one that it has taken over."""

    def shortage(self, account: A) -> ConflictError:
        """The error that says how much there is, where that is less than is asked for."""

    def price(self, amount: int) -> int | None:
        """What a part of a hold is worth by now, in the minor unit; None where it is money itself.

        Raises InvalidError for an amount that cannot be spent.
        """

    def post_spending(self, account: A, posting: Posting, origin: Origin, **facts: Any) -> Entry:
        """The entry of a posting, as the store of its kind makes it."""
