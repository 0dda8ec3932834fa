"""The events of reviews, built from the items that carry them."""

from __future__ import annotations

from customers.reviews.items import ReviewItem
from shared.events.customers import ReviewRecorded
from shared.items.table import Told


def review_recorded(review: ReviewItem, _: Told) -> ReviewRecorded:
    """The review that is new."""
    return ReviewRecorded(
        review_id=review.review_id,
        customer_id=review.customer_id or "",
        product_id=review.product_id,
        rating=review.rating,
        bought=review.bought,
        by_email=bool(review.by_email),
        waits=bool(review.waits),
        posted_at=review.posted_at,
    )
