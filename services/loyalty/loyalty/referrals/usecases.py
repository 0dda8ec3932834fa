"""Who brought a customer: named once, before their first order earns, and both are thanked when it does."""

from __future__ import annotations

from loyalty.cards.rules import CardStatus
from loyalty.cards.store import find_card
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.usecases import shown_account
from loyalty.referrals.models import ReferralState, ReferralView
from loyalty.referrals.store import has_earned, thanks_for
from shared.errors import ConflictError, InvalidError
from shared.http import Attempt
from shared.table import Put, commit, retry_lost_races


class ReferralExistsError(ConflictError):
    """Somebody else is named as having brought this customer."""

    slug = "referral-exists"
    title = "Somebody is named already"


class ReferralTooLateError(ConflictError):
    """Whoever has bought was not brought by anybody who is named now."""

    slug = "referral-too-late"
    title = "An order of this customer has earned already"


def name_referrer(customer_id: str, card_number: str, *, by_self: bool, attempt: Attempt | None) -> ReferralView:
    """Keep whose card brought this customer. Naming the same again changes nothing.

    Raises NotFoundError and EmailNotVerifiedError as `shown_account`, ReferralExistsError, ReferralTooLateError,
    and InvalidError for a card that nobody else can use.
    """
    return retry_lost_races(lambda: _name(customer_id, card_number, by_self=by_self, attempt=attempt))


def read_referral(customer_id: str, *, by_self: bool) -> ReferralView:
    """How far it has come. Raises NotFoundError and EmailNotVerifiedError as `shown_account`."""
    return _view(shown_account(customer_id, by_self=by_self), by_self=by_self)


def _name(customer_id: str, card_number: str, *, by_self: bool, attempt: Attempt | None) -> ReferralView:
    account = shown_account(customer_id, by_self=by_self)
    referrer = _holder_of(card_number, account)
    _check(account, referrer)
    account.referred_by = referrer.customer_id
    view = _waiting(account, by_self=by_self)
    commit(Put(account), attempt and attempt.receipt(view))
    return view


def _holder_of(card_number: str, account: PointsAccount) -> PointsAccount:
    """Whose card it is. Whatever else it is, is not told: a number is no means of asking about people."""
    card = find_card(card_number)
    today = store.terms_now().today
    holder = store.find_account(card.customer_id) if card and card.status(today) is CardStatus.ACTIVE else None
    if holder is None or holder.erased_at or holder.customer_id == account.customer_id:
        raise InvalidError.of("card_number", "Not the number of somebody else's card that can be used")
    if _brought(account, holder):
        raise InvalidError.of("card_number", "This customer brought the holder of that card")
    return holder


def _brought(referrer: PointsAccount, account: PointsAccount) -> bool:
    """Whether `account` was brought by `referrer`, thanked or not yet."""
    _, thanked = thanks_for(account)
    named = account.referred_by or (thanked and thanked.customer_id)
    found = store.find_account(named) if named else None
    return found is not None and found.customer_id == referrer.customer_id


def _check(account: PointsAccount, referrer: PointsAccount) -> None:
    named = store.find_account(account.referred_by) if account.referred_by else None
    if named and named.customer_id != referrer.customer_id:
        raise ReferralExistsError
    if has_earned(account):
        raise ReferralTooLateError


def _view(account: PointsAccount, *, by_self: bool) -> ReferralView:
    if account.referred_by:
        return _waiting(account, by_self=by_self)
    own, friends = thanks_for(account)
    if own is None:
        return _waiting(account, by_self=by_self)
    return ReferralView(
        customer_id=account.customer_id,
        state=ReferralState.THANKED,
        referrer_id=friends.customer_id if friends and not by_self else None,
        customer_points=own.amount,
        referrer_points=friends.amount if friends else 0,
    )


def _waiting(account: PointsAccount, *, by_self: bool) -> ReferralView:
    """Nobody was thanked yet: what the programme gives."""
    bonuses = store.terms_now().programme.earning.bonuses
    return ReferralView(
        customer_id=account.customer_id,
        state=ReferralState.WAITING if account.referred_by else ReferralState.NONE,
        referrer_id=None if by_self else account.referred_by,
        customer_points=bonuses.referee,
        referrer_points=bonuses.referrer,
    )
