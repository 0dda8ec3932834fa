"""The open holds: points and store credit that are set aside for checkouts."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import groupby, islice
from typing import NamedTuple

from loyalty.credit.items import CreditAccount
from loyalty.desk.models import AccountHoldsView
from loyalty.desk.pages import find_in_order, with_owners
from loyalty.ledger import store as ledger
from loyalty.ledger.items import Account
from loyalty.ledger.overdue import is_overdue
from loyalty.points.items import PointsAccount
from shared import clock
from shared.http import Page, PageQuery
from shared.items.keys import SHARDS


class _Place(NamedTuple):
    """Where an account is in the list. A moment has many accounts, so it alone is no position."""

    until: str
    pk: str
    sk: str

    @property
    def text(self) -> str:
        """The position; texts sort as places do, because moments and customers' partitions have one length."""
        return "#".join(self)


def list_open_holds(query: PageQuery, after: str | None) -> Page[AccountHoldsView]:
    """A page of the accounts with open holds, in the order in which their first hold would end.

    An account stays in the index until its earliest hold would have ended. So a page may be short of rows.
    """
    places = list(islice(_places(after), query.limit + 1))
    page = places[: query.limit]
    accounts = [each for each in find_in_order(Account, [place[1:] for place in page]) if not each.is_closed]
    views = (_view(account, owner.customer_id) for account, owner in with_owners(accounts))
    shown = [view for view in views if view]
    return Page.of(shown, page[-1].text if len(places) > query.limit else None)


def _places(after: str | None) -> Iterator[_Place]:
    """The places after a position, soonest first."""
    since = (after or "").partition("#")[0] or None
    found = heapq.merge(*(_places_in(shard, since) for shard in SHARDS))
    return (place for place in found if after is None or place.text > after)


def _places_in(shard: str, since: str | None) -> Iterator[_Place]:
    """The places in one shard. DynamoDB promises no order within a moment, so all of a moment are read and sorted."""
    places = (_Place(row.hold_until or "", row.pk, row.sk) for row in ledger.accounts_with_holds(shard, since))
    for _, at_once in groupby(places, key=lambda place: place.until):
        yield from sorted(at_once)


def _view(account: Account, customer_id: str) -> AccountHoldsView | None:
    """The account's row; None if all its holds have ended, be it by time alone."""
    now = clock.now()
    # A checkout that uses credit alone holds 0 points.
    holds = account.balances.holds.items()
    still_open = {name: hold for name, hold in holds if hold.amount and not is_overdue(hold, now)}
    if not still_open:
        return None
    currency = account.currency if isinstance(account, CreditAccount) else None
    assert currency or isinstance(account, PointsAccount)  # noqa: S101  # there is no other kind
    return AccountHoldsView.of(customer_id, currency, still_open)
