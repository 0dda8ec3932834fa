"""The referrer of a customer, named once, before the customer's first order earns points.

`orders.referral_rewards` grants the referral rewards.
"""

from __future__ import annotations

from typing import Final

from loyalty.ledger.items import ACCOUNT
from loyalty.members.models import ReferralState, ReferralView
from loyalty.members.rules import CardStatus
from loyalty.members.store import find_card
from loyalty.orders.store import first_rewards, has_earned, referrer_of
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import Referral
from loyalty.points.spending_blocks import check_may_spend
from loyalty.points.usecases import shown_account
from shared.errors import ConflictError, InvalidError
from shared.http import Attempt
from shared.items.table import Check, Put, commit, retry_lost_races

# Each link of the chain costs a read or two. A longer ring needs as many people who each buy before it closes.
LONGEST_RING: Final = 20


class ReferralExistsError(ConflictError):
    """The customer already has another referrer."""

    slug = "referral-exists"
    title = "Somebody is named already"


class ReferralTooLateError(ConflictError):
    """The customer has bought before, so a referrer can no longer be named."""

    slug = "referral-too-late"
    title = "An order of this customer has earned already"


def name_referrer(customer_id: str, card_number: str, *, by_self: bool, attempt: Attempt | None) -> ReferralView:
    """Store the referrer by card number. A repeated request changes nothing, as long as the customer has not bought.

    Raises NotFoundError and EmailNotVerifiedError as `shown_account` does, ReferralExistsError, ReferralTooLateError,
    SpendingBlockedError for a banned or inactive customer. Raises InvalidError for a card that no other customer can
    use, and for a ring of at most LONGEST_RING customers who bring each other.
    """
    return retry_lost_races(lambda: _name(customer_id, card_number, by_self=by_self, attempt=attempt))


def read_referral(customer_id: str, *, by_self: bool) -> ReferralView:
    """The state of the referral. Raises NotFoundError and EmailNotVerifiedError as `shown_account` does."""
    return _view(shown_account(customer_id, by_self=by_self), by_self=by_self)


def _name(customer_id: str, card_number: str, *, by_self: bool, attempt: Attempt | None) -> ReferralView:
    account = shown_account(customer_id, by_self=by_self)
    if account.status:
        check_may_spend(account)
    referrer = _holder_of(card_number, account)
    guards = _check_no_ring(account, referrer)
    _check(account, referrer)
    if not account.referrals:
        account.referrals = {account.customer_id: Referral(referrer=referrer.customer_id)}
    view = _view(account, by_self=by_self)
    commit(Put(account), *guards, attempt and attempt.receipt(view))
    return view


def _holder_of(card_number: str, account: PointsAccount) -> PointsAccount:
    """The account of a card number.

    Errors do not say why a card is refused: a number must not reveal facts about people.
    """
    card = find_card(card_number)
    today = store.terms_now().today
    holder = store.find_account(card.customer_id) if card and card.status(today) is CardStatus.ACTIVE else None
    if holder is None or holder.erased_at or holder.status or holder.customer_id == account.customer_id:
        raise InvalidError.of("card_number", "Not the number of somebody else's card that can be used")
    return holder


def _check_no_ring(account: PointsAccount, referrer: PointsAccount) -> list[Check]:
    """Raises InvalidError if the customer referred the referrer, or referred somebody who did, and so on.

    The checks to commit with the naming: whoever has no referrer yet at the upper end must not be given one meanwhile.
    """
    chain, newest = {referrer.customer_id: referrer}, [referrer]
    for _ in range(LONGEST_RING - 1):
        above = [each for one in newest for each in _referrers_of(one) if each.customer_id not in chain]
        newest = list({each.customer_id: each for each in above}.values())
        chain |= {each.customer_id: each for each in newest}
    if account.customer_id in chain:
        raise InvalidError.of("card_number", "This customer brought the holder of that card, or somebody who did")
    return [_still_without_referrer(each) for each in chain.values() if not each.referrals]


def _still_without_referrer(account: PointsAccount) -> Check:
    is_so = PointsAccount.referrals.does_not_exist() & PointsAccount.merged_into.does_not_exist()
    return Check(PointsAccount, account.pk, ACCOUNT, is_so)


def _referrers_of(account: PointsAccount) -> list[PointsAccount]:
    """The accounts of all referrers of this customer, after merges."""
    named = [referrer_of(referee, each) for referee, each in (account.referrals or {}).items()]
    found = [store.find_account(each) for each in named if each]
    return [referrer for referrer in found if referrer]


def _check(account: PointsAccount, referrer: PointsAccount) -> None:
    if has_earned(account):
        raise ReferralTooLateError
    known = {each.customer_id for each in _referrers_of(account)}
    if account.referrals and referrer.customer_id not in known:
        raise ReferralExistsError


def _view(account: PointsAccount, *, by_self: bool) -> ReferralView:
    referrals = account.referrals or {}
    referee = account.customer_id if account.customer_id in referrals else next(iter(referrals), "")
    referral = referrals.get(referee)
    if referral is None or not referral.changes:
        return _waiting(account, referral, by_self=by_self)
    of_referee, of_referrer = first_rewards(referee)
    referrer_id = of_referrer.customer_id if of_referrer else referral.referrer
    return ReferralView(
        customer_id=account.customer_id,
        state=_state_of(referral),
        referrer_id=None if by_self else referrer_id,
        customer_points=of_referee.amount if of_referee else 0,
        referrer_points=of_referrer.amount if of_referrer else 0,
    )


def _state_of(referral: Referral) -> ReferralState:
    if referral.is_own:
        return ReferralState.SAME_PERSON
    return ReferralState.REWARDED if referral.is_granted else ReferralState.WAITING


def _waiting(account: PointsAccount, referral: Referral | None, *, by_self: bool) -> ReferralView:
    """The view before any reward was granted, with the programme's rewards."""
    bonuses = store.terms_now().programme.earning.bonuses
    return ReferralView(
        customer_id=account.customer_id,
        state=_state_of(referral) if referral else ReferralState.NONE,
        referrer_id=referral.referrer if referral and not by_self else None,
        customer_points=bonuses.referee,
        referrer_points=bonuses.referrer,
    )
