"""Tells a customer which rewards they can have now, and why not the others, by the rule of claims.

Nothing is held: a claim decides again. The counts are read without waiting for the newest writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from loyalty.catalogue import claim_store, store
from loyalty.catalogue.items import StoredReward
from loyalty.catalogue.rules import CodeSource, Lack, RewardStatus, Why, refusal_of
from loyalty.ledger.terms import Terms
from loyalty.points.items import PointsAccount
from loyalty.points.store import terms_now
from loyalty.points.usecases import account_as_due
from loyalty.rewards.offers.models import NextRewardView, OfferView, RefusalView, missing_to
from loyalty.rewards.offers.refusals import error_of, taker_of
from shared.http import Page, PageQuery

# So many rewards are looked at for the nearest one before more are read of: mostly the first is it.
_NEAREST: Final = 10


@dataclass(frozen=True)
class _Offered:
    """A reward, and why a claim that comes now would be refused."""

    reward: StoredReward
    gone: int
    refusal: Why | Lack | None


def list_offers(customer_id: str, query: PageQuery, before: str | None, *, by_self: bool) -> Page[OfferView]:
    """The active rewards as one customer sees them, newest first; also those whose days are to come or over.

    Raises NotFoundError without an account, and EmailNotVerifiedError.
    """
    terms = terms_now()
    account = account_as_due(customer_id, terms, by_self=by_self)
    found = store.newest_first(before=before, limit=query.limit + 1, status=RewardStatus.ACTIVE, on=None)
    page = found[: query.limit]
    views = [_view(offered, account) for offered in _offered(page, account, terms)]
    return Page.of(views, page[-1].id if len(found) > query.limit else None)


def next_reward(account: PointsAccount, terms: Terms) -> NextRewardView | None:
    """The cheapest reward for which this account, as it is due, lacks points and nothing else; None if there is none.

    It reads the active rewards, and what is left of the cheapest of them.
    """
    taker = taker_of(account, terms)
    active = store.newest_first(before=None, limit=None, status=RewardStatus.ACTIVE, on=terms.today)
    dearer = [each for each in active if refusal_of(each.offer(), taker) is Lack.POINTS]
    dearer.sort(key=lambda reward: (reward.points, reward.id))
    for first in range(0, len(dearer), _NEAREST):
        for offered in _offered(dearer[first : first + _NEAREST], account, terms):
            if offered.refusal is Lack.POINTS:
                return NextRewardView.of(offered.reward, account)
    return None


def _offered(rewards: Sequence[StoredReward], account: PointsAccount, terms: Terms) -> Iterable[_Offered]:
    gone, had = store.gone_of(rewards), claim_store.had_of(account, rewards, terms.now)
    taker = taker_of(account, terms)
    for reward in rewards:
        count = gone.get(reward.id, 0)
        offer = reward.offer(taken=count, had=had.get(reward.id, 0), has_code=_has_code(reward))
        yield _Offered(reward, count, refusal_of(offer, taker))


def _has_code(reward: StoredReward) -> bool:
    return reward.code_source is not CodeSource.IMPORTED or store.has_free_code(reward.id)


def _view(offered: _Offered, account: PointsAccount) -> OfferView:
    reward, refusal = offered.reward, offered.refusal
    return OfferView.of(
        reward,
        offered.gone,
        for_staff=False,
        can_be_had=refusal is None,
        refusal=RefusalView.of(error_of(refusal, reward, account)) if refusal else None,
        missing=missing_to(reward, account) if refusal is Lack.POINTS else None,
    )
