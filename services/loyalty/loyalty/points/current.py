"""Accounts of points to post to: what is over has expired first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from loyalty.ledger.overdue import caught_up
from loyalty.ledger.store import Terms
from loyalty.points import store
from loyalty.points.items import PointsAccount
from shared.cause import Cause


def account_to_post_to(
    customer_id: str, terms: Terms, cause: Cause, load: Callable[[str], PointsAccount] | None = None
) -> PointsAccount:
    """The account without anything that is over, as `store.account_of` or `load` finds it.

    Raises what `load` raises, and LostRaceError when another run is faster.
    """
    found = partial(load or store.account_of, customer_id)
    return caught_up(found, terms.watch, cause, partial(store.post, terms=terms))
