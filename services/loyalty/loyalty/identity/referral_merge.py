"""Who referred two customers who turn out to be one."""

from __future__ import annotations

from loyalty.orders.store import has_earned
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import Referral, Referrals


def referrals_of_both(survivor: PointsAccount, merged: PointsAccount) -> Referrals | None:
    """What was begun for either goes on. One that still awaits its first order does only if no other has been there.

    For nobody refers somebody who has bought before, and nobody themselves. Where both wait for one, the survivor's
    referrer counts. Raises LostRaceError as `has_earned`.
    """
    if begun := _begun(survivor, merged):
        return begun
    for named, other in ((survivor, merged), (merged, survivor)):
        if awaiting := _awaiting(named, survivor, merged):
            return None if has_earned(other) else awaiting
    return None


def _begun(survivor: PointsAccount, merged: PointsAccount) -> Referrals:
    """Those that have had a reward, or whose first order qualifies for one."""
    both = {**(merged.referrals or {}), **(survivor.referrals or {})}
    return {
        referee: each
        for referee, each in both.items()
        if each.changes or (each.qualifying_orders and not _is_between(each, survivor, merged))
    }


def _awaiting(named: PointsAccount, survivor: PointsAccount, merged: PointsAccount) -> Referrals:
    referrals = named.referrals or {}
    return {referee: each for referee, each in referrals.items() if not _is_between(each, survivor, merged)}


def _is_between(referral: Referral, survivor: PointsAccount, merged: PointsAccount) -> bool:
    """Whether it was one of the two who referred the other; nobody is left of one who is not known any more."""
    referrer = store.find_account(referral.referrer or "")
    return referrer is None or referrer.customer_id in {survivor.customer_id, merged.customer_id}
