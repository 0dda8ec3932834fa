"""Records reviews."""

from __future__ import annotations

from customers.orders.buyers import check_unverified, find_buyer, still_here
from customers.orders.store import has_bought
from customers.reviews.items import CustomersReview, ReviewItem
from customers.reviews.store import find_review
from shared.events.customers import ReviewRecorded
from shared.events.foreign import Review
from shared.items.table import Put, commit, retry_lost_races
from shared.messages.cause import Cause
from shared.runtime.observability import logger


def record_review(review: Review, cause: Cause) -> None:
    """Store a review by a known person once, and tell ReviewRecorded. The first event of a review stands.

    If a registered customer's unverified e-mail alone names the person, it is told again once the e-mail is verified.
    """
    retry_lost_races(lambda: _record(review, cause))


def _record(review: Review, cause: Cause) -> None:
    if find_review(review.id):
        return
    profile = find_buyer(review.buyer)
    if profile is None:
        logger.info("review of nobody who is here", extra={"review_id": review.id})
        return
    by_email = profile.customer_id != review.buyer.id and not profile.email_verified
    bought = has_bought(profile.customer_id, review.product_id, review.order_id, waiting=by_email)
    item = ReviewItem.of(review, profile.customer_id, bought=bought)
    item.by_email = by_email or None
    item.tell(ReviewRecorded, cause)
    # The item that leads to the review lies in the customer's partition. After an erasure nothing may be written there.
    check, waits = still_here(profile), None
    if by_email and profile.registered_at is not None:
        check, waits = check_unverified(profile)
        item.waits = True
    commit(check, Put(item), Put(CustomersReview.of(item, waits)))
