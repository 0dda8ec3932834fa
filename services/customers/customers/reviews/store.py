"""Reads of reviews."""

from __future__ import annotations

from collections.abc import Sequence

from customers.reviews.items import PREFIX, SK, CustomersReview, ReviewItem, review_key
from shared.keys import customer_partition
from shared.table import find


def find_review(review_id: str) -> ReviewItem | None:
    """The review, if it is kept, with its customer or without."""
    return find(ReviewItem, review_key(review_id), SK)


def list_leads(customer_id: str, limit: int) -> list[CustomersReview]:
    """Some of what leads to the customer's reviews; none when there are no more."""
    pk = customer_partition(customer_id)
    found = CustomersReview.query(pk, CustomersReview.sk.startswith(PREFIX), consistent_read=True, limit=limit)
    return list(found)


def load_reviews(leads: Sequence[CustomersReview]) -> list[ReviewItem]:
    """The reviews that they lead to."""
    return list(ReviewItem.batch_get([(lead.sk, SK) for lead in leads], consistent_read=True))
