"""Reads of reviews."""

from __future__ import annotations

from collections.abc import Sequence

from customers.reviews.items import PREFIX, SK, CustomersReview, ReviewItem, review_key
from shared.items.batches import find_all
from shared.items.keys import customer_partition
from shared.items.table import find


def find_review(review_id: str) -> ReviewItem | None:
    """The review, with its customer or anonymised, or None."""
    return find(ReviewItem, review_key(review_id), SK)


def list_leads(customer_id: str, limit: int) -> list[CustomersReview]:
    """At most `limit` items that lead to the customer's reviews. Empty if there are no more."""
    pk = customer_partition(customer_id)
    found = CustomersReview.query(pk, CustomersReview.sk.startswith(PREFIX), consistent_read=True, limit=limit)
    return list(found)


def list_waiting_leads(customer_id: str, key: str) -> list[CustomersReview]:
    """The items that lead to the customer's reviews that wait for the address with this hash."""
    pk, waits = customer_partition(customer_id), CustomersReview.waits_for == key
    return list(CustomersReview.query(pk, CustomersReview.sk.startswith(PREFIX), waits, consistent_read=True))


def load_reviews(leads: Sequence[CustomersReview]) -> list[ReviewItem]:
    """The reviews that the items lead to."""
    return find_all(ReviewItem, [(lead.sk, SK) for lead in leads])
