"""Who brought two customers who turn out to be one."""

from __future__ import annotations

from loyalty.orders.store import has_earned
from loyalty.points import store
from loyalty.points.items import PointsAccount
from loyalty.points.referral_rules import Referral, Referrals


def referrals_of_both(stays: PointsAccount, gone: PointsAccount) -> Referrals | None:
    """What was begun for either goes on. One that still awaits its first order does only if no other has been there.

    For nobody brings somebody who has bought before, and nobody themselves. Where both wait for one, whoever brought
    the customer who stays has done so. Raises LostRaceError as `has_earned`.
    """
    both = {**(gone.referrals or {}), **(stays.referrals or {})}
    begun = {
        referee: each for referee, each in both.items() if each.turns or (each.standing and not _own(each, stays, gone))
    }
    if begun or not both:
        return begun or None
    for named, other in ((stays, gone), (gone, stays)):
        waiting = {referee: each for referee, each in (named.referrals or {}).items() if not _own(each, stays, gone)}
        if waiting:
            return waiting if not has_earned(other) else None
    return None


def _own(referral: Referral, stays: PointsAccount, gone: PointsAccount) -> bool:
    """Whether it was one of the two who brought the other; nobody is left of one who is not known any more."""
    friend = store.find_account(referral.referrer or "")
    return friend is None or friend.customer_id in {stays.customer_id, gone.customer_id}
