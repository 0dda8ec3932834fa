"""Records reviews."""

from __future__ import annotations

from customers.orders.buyers import find_buyer, still_here
from customers.orders.store import has_bought
from customers.reviews.items import CustomersReview, ReviewItem
from customers.reviews.store import find_review
from shared.events.customers import ReviewRecorded
from shared.events.foreign import Review
from shared.items.table import Put, commit, retry_lost_races
from shared.messages.cause import Cause
from shared.runtime.observability import logger


def record_review(review: Review, cause: Cause) -> None:
    """Store a review by a known person once, and tell ReviewRecorded. The first event of a review stands."""
    retry_lost_races(lambda: _record(review, cause))


def _record(review: Review, cause: Cause) -> None:
    if find_review(review.id):
        return
    profile = find_buyer(review.buyer)
    if profile is None:
        logger.info("review of nobody who is here", extra={"review_id": review.id})
        return
    bought = has_bought(profile.customer_id, review.product_id, review.order_id)
    item = ReviewItem.of(review, profile.customer_id, bought=bought)
    item.tell(ReviewRecorded, cause)
    # The item that leads to the review lies in the customer's partition. After an erasure nothing may be written there.
    commit(still_here(profile), Put(item), Put(CustomersReview.of(item)))
