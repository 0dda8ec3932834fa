"""Two customers who turn out to be one: the account of the one ends, and all of it goes on in the other's.

The points, the card and what is known of the customer move in one transaction, then the store credit, a currency at a
time. A redelivery finds what is done and does the rest.
"""

from __future__ import annotations

from loyalty.credit.store import accounts_of as credit_of
from loyalty.identity.credit_merge import merge_credit
from loyalty.identity.erasure import erase_late
from loyalty.identity.points_merge import merge_points
from loyalty.points.store import account_of
from shared.cause import Cause
from shared.events.customers import CustomersMerged
from shared.table import retry_lost_races


def merge_customers(merged: CustomersMerged, cause: Cause) -> None:
    """Let `merged_id` be `customer_id` from now on, whichever of the two is known here; heard again, finish it.

    Of one who was erased nothing is left that could be merged. What is left of one who turns out to be an erased person
    is erased.
    """
    retry_lost_races(lambda: merge_points(merged.merged_id, merged.customer_id, cause))
    survivor = account_of(merged.customer_id)
    if survivor.erased_at:
        erase_late(merged.merged_id, survivor.customer_id, cause)
        return
    # No credit opens under the old id once the points have moved, so these are all.
    for account in credit_of(merged.merged_id):
        retry_lost_races(lambda currency=account.currency: merge_credit(merged.merged_id, currency, cause))  # type: ignore[misc]
