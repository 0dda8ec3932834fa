"""Reviews are recorded."""

from __future__ import annotations

from customers.orders.buyers import find_buyer, still_here
from customers.reviews.items import CustomersReview, ReviewItem
from customers.reviews.store import find_review
from shared.cause import Cause
from shared.events.customers import ReviewRecorded
from shared.events.foreign import Review
from shared.observability import logger
from shared.table import Put, commit, retry_lost_races


def record_review(review: Review, cause: Cause) -> None:
    """Keep a review of somebody who is known, and tell of it, once; the first account of it stands."""
    retry_lost_races(lambda: _record(review, cause))


def _record(review: Review, cause: Cause) -> None:
    if find_review(review.id):
        return
    profile = find_buyer(review.buyer)
    if profile is None:
        logger.info("review of nobody who is here", extra={"review_id": review.id})
        return
    item = ReviewItem.of(review, profile.customer_id)
    item.tell(ReviewRecorded, cause)
    # What leads to it lies in the customer's partition: none may come to lie there after an erasure.
    commit(still_here(profile), Put(item), Put(CustomersReview.of(item)))
