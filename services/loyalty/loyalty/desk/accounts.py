"""The accounts of points of all customers, by tier and by balance."""

from __future__ import annotations

from loyalty.desk.models import AccountsOrder, AccountsQuery
from loyalty.desk.pages import find_in_order, rows_of
from loyalty.ledger.overdue import without_overdue
from loyalty.points.items import PointsAccount
from loyalty.points.models import PointsView
from loyalty.points.rules import band_of, return_policy
from loyalty.points.store import terms_now
from loyalty.programme.tiers import BRONZE, GOLD, SILVER, Tiers
from shared.errors import InvalidError
from shared.events.loyalty import TierId
from shared.http import Page
from shared.items.keys import SHARDS


def list_accounts(query: AccountsQuery, after: str | None) -> Page[PointsView]:
    """A page of all accounts, or of those in one tier, by the band of their balance.

    A page may be short of accounts that have just left the tier, were merged or erased, or have fewer points than
    `least`. Raises InvalidError for a tier that the programme never had.
    """
    terms = terms_now()
    rules = terms.programme.tiers
    if query.tier and rules.unknown([query.tier]):
        raise InvalidError.of("tier", f"There is no tier {query.tier}")
    rows = rows_of(
        PointsAccount.by_tier,
        PointsAccount.rank,
        [f"{name}#{shard}" for name in _stored_names(query.tier, rules) for shard in SHARDS],
        after=after,
        limit=query.limit,
        ascending=query.order is AccountsOrder.LOWEST,
        least="" if query.least is None else f"{band_of(query.least):02}",
    )
    policy = return_policy(terms.programme, terms.today)
    accounts = [each for each in find_in_order(PointsAccount, rows.keys) if not each.is_closed]
    views = (PointsView.of(without_overdue(each, terms, policy), terms) for each in accounts)
    return Page.of([view for view in views if _is_wanted(view, query, rules)], rows.next_position)


def _stored_names(wanted: TierId | None, rules: Tiers) -> list[str]:
    """The names of tiers under which accounts in the wanted tier are stored, or all accounts.

    An account keeps the name of a dropped tier until its next entry. One without entries has an empty name, and is in
    the lowest tier.
    """
    # A programme of an earlier release may lack a tier of the presets without a word of what took its place.
    names = dict.fromkeys(["", *(level.tier for level in rules.rungs), *rules.former, BRONZE, SILVER, GOLD])
    return [name for name in names if wanted is None or rules.is_among(name, [wanted])]


def _is_wanted(view: PointsView, query: AccountsQuery, rules: Tiers) -> bool:
    """Whether the account is still what the query asks for: its place may lag behind it, and holds its band alone."""
    in_tier = query.tier is None or rules.is_among(view.tier, [query.tier])
    return in_tier and (query.least is None or view.balance >= query.least)
