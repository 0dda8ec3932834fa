"""Accounts of store credit to post to: what is over has expired first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from loyalty.credit import store
from loyalty.credit.items import CreditAccount
from loyalty.ledger.overdue import caught_up
from loyalty.ledger.store import Terms
from shared.cause import Cause


def credit_to_post_to(load: Callable[[], CreditAccount], terms: Terms, cause: Cause) -> CreditAccount:
    """The account as `load` finds it, without anything that is over.

    Raises what `load` raises, and LostRaceError when another run is faster.
    """
    return caught_up(load, terms.watch, cause, partial(store.post, terms=terms))
