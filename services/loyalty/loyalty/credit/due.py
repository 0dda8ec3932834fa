"""The next thing that time does to an account of store credit."""

from __future__ import annotations

from functools import partial

from loyalty.credit import store
from loyalty.credit.items import CreditAccount
from loyalty.credit.rules import back
from loyalty.credit.store import CreditTerms
from loyalty.due.steps import look_again, lots_over, on_day
from loyalty.ledger import rules
from loyalty.ledger import store as ledger
from loyalty.ledger.holding import ended_hold, run_out
from loyalty.ledger.items import Entry
from shared.cause import Cause
from shared.events import CreditExpiring


def advance_credit(account: CreditAccount, cause: Cause) -> None:
    """Write the next of what is due, and when the account is due again."""
    terms = store.terms_now()
    entry = _end_hold(account, terms, cause) or _expire(account, terms, cause)
    try:
        ledger.write(entry, account) if entry else look_again(account, terms.watch, CreditExpiring, cause)
    except ledger.AlreadyPostedError:
        return  # another run was faster


def _end_hold(account: CreditAccount, terms: CreditTerms, cause: Cause) -> Entry | None:
    ended = ended_hold(account.standing, terms.now)
    if ended is None:
        return None
    return run_out(account, ended, cause, back(terms.programme, terms.today), partial(store.post, terms=terms))


def _expire(account: CreditAccount, terms: CreditTerms, cause: Cause) -> Entry | None:
    over = lots_over(account, terms.watch)
    if not over:
        return None
    posting = rules.expire(account.standing, over)
    return store.post(account, posting, on_day("EXPIRY", account, max(over), cause), terms)
