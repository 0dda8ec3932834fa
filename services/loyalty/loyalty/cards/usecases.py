"""Cards: one for each customer who registers."""

from __future__ import annotations

import secrets

from loyalty.cards.items import CARD, Card, key_of
from loyalty.cards.models import CardView
from loyalty.cards.rules import new_number
from loyalty.ledger import store
from loyalty.ledger.usecases import shown_account
from shared import clock
from shared.cause import Cause
from shared.errors import NotFoundError
from shared.events import CardIssued, CustomerRegistered
from shared.table import Put, commit, retry_lost_races


def issue_card(registered: CustomerRegistered, version: int, cause: Cause) -> None:
    """Give the customer a card, once, and an account if there is none yet; `version` is the profile's."""
    # A number that is taken loses its race like an account that has changed: the next try draws another.
    retry_lost_races(lambda: _issue(registered, version, cause))


def read_card(customer_id: str, *, by_self: bool) -> CardView:
    """The customer's card. Raises NotFoundError without one, EmailNotVerifiedError as `shown_account`."""
    account = shown_account(customer_id, by_self=by_self)
    if not (account.card_number and account.card_issued_at):
        raise NotFoundError("This customer has no card: guests get one when they register.")
    return CardView(
        customer_id=account.customer_id,
        number=account.card_number,
        tier=account.tier,
        balance=account.balance,
        issued_at=account.card_issued_at,
        member_since=account.registered_at or account.card_issued_at,
    )


def _issue(registered: CustomerRegistered, version: int, cause: Cause) -> None:
    account = store.account_of(registered.customer_id)
    if account.erased_at or account.card_number:
        return
    number, issued_at = new_number(secrets.randbelow), clock.now()
    card = Card(key_of(number), CARD, number=number, customer_id=account.customer_id, issued_at=issued_at)
    card.tell(CardIssued, cause)
    account.card_number, account.card_issued_at = number, issued_at
    account.learn(registered.profile, version)
    commit(Put(card), Put(account))
