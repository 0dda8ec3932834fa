"""The next due step of an account of store credit."""

from __future__ import annotations

from functools import partial

from loyalty.credit import store
from loyalty.credit.items import CreditAccount
from loyalty.credit.rules import return_policy
from loyalty.ledger import store as ledger
from loyalty.ledger.overdue import expire_next_overdue, release_next_overdue, warn_and_set_due
from shared.events.loyalty import CreditExpiring
from shared.messages.cause import Cause


def advance_credit(account: CreditAccount, cause: Cause) -> None:
    """Write the next due step; without one, set when the account is due again.

    Raises AlreadyPostedError or LostRaceError when another run was faster.
    """
    terms = store.terms_now()
    post = partial(store.post_credit, terms=terms)
    entry = release_next_overdue(
        account, terms.now, cause, return_policy(terms.programme, terms.today), post
    ) or expire_next_overdue(account, terms.watch, cause, post)
    if entry:
        ledger.write(entry, account)
    else:
        warn_and_set_due(account, terms, CreditExpiring, cause)
