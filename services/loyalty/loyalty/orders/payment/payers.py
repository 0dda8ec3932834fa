"""Whoever pays for an order: an account of points or of store credit, as events of orders change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from loyalty.credit import rules as credit_rules
from loyalty.credit import store as credit
from loyalty.credit.items import CreditAccount
from loyalty.credit.store import load_credit_for_posting
from loyalty.ledger.items import Entry
from loyalty.ledger.rules import ReturnPolicy
from loyalty.ledger.terms import Terms
from loyalty.points import rules as points_rules
from loyalty.points import store as points
from loyalty.points.items import PointsAccount
from loyalty.points.store import load_for_posting
from shared.messages.cause import Cause


@dataclass(frozen=True)
class Payer:
    """An account as it is now, with the terms, the policy and the posting function of its kind.

    `post` takes account, posting, origin and facts.
    """

    account: PointsAccount | CreditAccount
    terms: Terms
    return_policy: ReturnPolicy
    post: Callable[..., Entry]

    @classmethod
    def of(cls, name: str, cause: Cause, *, gives_grace: bool = False) -> Payer:
        """The account of this name, or the account that took it over."""
        customer_id, _, currency = name.partition("#")
        if currency:
            return cls.of_credit(customer_id, currency, cause, gives_grace=gives_grace)
        return cls.of_points(customer_id, cause, gives_grace=gives_grace)

    @classmethod
    def of_points(
        cls,
        customer_id: str,
        cause: Cause,
        *,
        gives_grace: bool = False,
        loaded: PointsAccount | None = None,
        needs: int = 0,
    ) -> Payer:
        """The account of points, with room for what it `needs`; `loaded` is it if the caller has it as stored."""
        terms, pending = points.terms_now(), [loaded] if loaded else []

        def load(customer_id: str) -> PointsAccount:
            return pending.pop() if pending else points.account_of(customer_id)

        account = load_for_posting(customer_id, terms, cause, load, needs=needs)
        return cls.with_points(account, terms, gives_grace=gives_grace)

    @classmethod
    def with_points(cls, account: PointsAccount, terms: Terms, *, gives_grace: bool = False) -> Payer:
        """An account of points as it is, whatever of it is overdue."""
        policy = points_rules.return_policy(terms.programme, terms.today, gives_grace=gives_grace)
        return cls(account, terms, policy, partial(points.post_points, terms=terms))

    @classmethod
    def of_credit(
        cls, customer_id: str, currency: str, cause: Cause, *, gives_grace: bool = False, needs: int = 0
    ) -> Payer:
        """The account of store credit; an empty one, not stored, if there is none."""
        terms = credit.terms_now()

        def load() -> CreditAccount:
            return credit.find_account(customer_id, currency) or CreditAccount.fresh(customer_id, currency)

        account = load_credit_for_posting(load, terms, cause, needs=needs)
        policy = credit_rules.return_policy(terms.programme, terms.today, gives_grace=gives_grace)
        return cls(account, terms, policy, partial(credit.post_credit, terms=terms))
