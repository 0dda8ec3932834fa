"""Merges two customers who are one person: the merged account ends, and the survivor's takes it over.

The points, the card and the known facts move in one transaction, then the store credit, one currency at a time. Last,
the rewards of a referral between the two are withdrawn. A redelivered event completes the steps that are missing.
"""

from __future__ import annotations

from loyalty.credit.store import accounts_of as credit_of
from loyalty.identity.credit_merge import merge_credit
from loyalty.identity.erasure import erase_late
from loyalty.identity.points_merge import merge_points
from loyalty.orders.referral_rewards import settle_referral_rewards
from loyalty.points.store import account_of, terms_now
from shared.events.customers import CustomersMerged
from shared.items.table import retry_lost_races
from shared.messages.cause import Cause


def merge_customers(merged: CustomersMerged, cause: Cause) -> None:
    """Merge `merged_id` into `customer_id`, whether or not either is known. A repeated event finishes the merge.

    An erased customer has nothing left to merge. A customer merged into an erased person is erased.
    """
    retry_lost_races(lambda: merge_points(merged.merged_id, merged.customer_id, cause))
    survivor = account_of(merged.customer_id)
    if survivor.erased_at:
        erase_late(merged.merged_id, survivor.customer_id, cause)
        return
    # No credit opens under the old id once the points have moved, so this list is complete.
    for account in credit_of(merged.merged_id):
        retry_lost_races(lambda currency=account.currency: merge_credit(merged.merged_id, currency, cause))  # type: ignore[misc]
    settle_referral_rewards(survivor, terms_now(), cause)
