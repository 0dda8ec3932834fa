"""Merges the referrals of two customers who are one person."""

from __future__ import annotations

from dataclasses import replace

from loyalty.orders.store import has_earned, referrer_of
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import Referral, Referrals


def referrals_of_both(survivor: PointsAccount, merged: PointsAccount) -> Referrals | None:
    """The referrals that continue: those with a reward or a qualifying order, if there are any.

    A referral by one of the two stays as one that ended, and its reward is still to be withdrawn.

    Otherwise a waiting referral continues, the survivor's first, unless the other customer has bought. Nobody refers an
    old customer or themselves. Raises LostRaceError as `has_earned` does.
    """
    if begun := _begun(survivor, merged):
        return begun
    for named, other in ((survivor, merged), (merged, survivor)):
        if awaiting := _awaiting(named, survivor, merged):
            return None if has_earned(other) else awaiting
    return None


def _begun(survivor: PointsAccount, merged: PointsAccount) -> Referrals:
    """The referrals that had a reward, or have a qualifying order."""
    both = {**(merged.referrals or {}), **(survivor.referrals or {})}
    return {
        referee: _ended(referee, each, survivor, merged) if each.changes else each
        for referee, each in both.items()
        if each.changes or (each.qualifying_orders and not _is_between(each, survivor, merged))
    }


def _ended(referee: str, referral: Referral, survivor: PointsAccount, merged: PointsAccount) -> Referral:
    """A referral that had a reward: it has ended if one of the two referred the other."""
    # Neither the referral nor an entry names a referrer who was erased before the first grant.
    referrer_id = None if referral.is_own else referrer_of(referee, referral)
    referrer = store.find_account(referrer_id) if referrer_id else None
    is_own = referrer is not None and referrer.customer_id in {survivor.customer_id, merged.customer_id}
    return replace(referral, is_own=referral.is_own or is_own)


def _awaiting(named: PointsAccount, survivor: PointsAccount, merged: PointsAccount) -> Referrals:
    referrals = named.referrals or {}
    return {referee: each for referee, each in referrals.items() if not _is_between(each, survivor, merged)}


def _is_between(referral: Referral, survivor: PointsAccount, merged: PointsAccount) -> bool:
    """Whether one of the two referred the other. An unknown referrer counts as one of the two."""
    referrer = store.find_account(referral.referrer or "")
    return referrer is None or referrer.customer_id in {survivor.customer_id, merged.customer_id}
